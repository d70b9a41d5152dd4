import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BelayError, messageOf } from '#lib/errors.ts';
import { describeConfig } from './describe-config.ts';
import { type ConfigSources, loadConfig } from './load-config.ts';
import { secret } from './secret.ts';
import { busSection, grpcSection, logSection, portNumber, sqlSection } from './sections.ts';

const dir = mkdtempSync(join(tmpdir(), 'belay-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

let files = 0;
function write(text: string): string {
  files += 1;
  const path = join(dir, `${files}.yaml`);
  writeFileSync(path, text);
  return path;
}

const schema = z.strictObject({
  bus: busSection,
  log: logSection,
  grpc: grpcSection.extend({ port: portNumber.default(7172) }).prefault({}),
  apiKey: secret().exactOptional(),
});
const BUS = 'bus: {kind: sqlite}\n';

/** The lines of the refusal, with the file's path as `FILE`. */
function refused(sources: ConfigSources, against: z.ZodType = schema): string[] {
  const error = thrownBy(() => loadConfig(against, sources));
  expect(error).toBeInstanceOf(BelayError);
  expect(error).toMatchObject({ kind: 'invalid', code: 'BAD_CONFIG' });
  const [, ...lines] = messageOf(error)
    .replaceAll(sources.file ?? '\0', 'FILE')
    .split('\n  ');
  return lines;
}

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('where a value comes from', () => {
  const file = write('bus: {kind: sqlite, dataDir: /file}\nlog: {level: warn}\n');

  it('takes a flag over the environment over the file over the default', () => {
    const env = { BELAY_BUS__DATA_DIR: '/env', BELAY_LOG__LEVEL: 'error' };
    const config = loadConfig(schema, { file, env, flags: { bus: { dataDir: '/flag' } } });
    expect(config.bus).toEqual({ kind: 'sqlite', dataDir: '/flag' });
    expect(config.log).toEqual({ level: 'error', pretty: false });
    expect(loadConfig(schema, { file }).log.level).toBe('warn');
  });

  it('needs no file', () => {
    const config = loadConfig(schema, { env: { BELAY_BUS__KIND: 'sqlite' } });
    expect(config).toMatchObject({
      bus: { dataDir: './.belay/bus' },
      grpc: { port: 7172, host: '127.0.0.1' },
    });
  });

  it('takes an empty file for no settings', () => {
    expect(
      loadConfig(z.strictObject({ log: logSection }), { file: write('# nothing yet\n') }).log.level,
    ).toBe('info');
  });

  it('makes numbers, booleans and lists of the environment and of flags, as the schema expects', () => {
    const env = {
      BELAY_BUS__KIND: 'kafka',
      BELAY_BUS__BROKERS: 'a:9092, b:9092',
      BELAY_LOG__PRETTY: 'true',
      BELAY_GRPC__PORT: '0',
    };
    const config = loadConfig(schema, { env, flags: { grpc: { defaultTimeoutMs: '500', host: undefined } } });
    expect(config.bus).toMatchObject({ brokers: ['a:9092', 'b:9092'] });
    expect(config.log.pretty).toBe(true);
    expect(config.grpc).toMatchObject({ port: 0, defaultTimeoutMs: 500, host: '127.0.0.1' });
  });

  it('leaves a number a text where the schema wants a text', () => {
    const config = loadConfig(schema, { env: { BELAY_BUS__KIND: 'sqlite', BELAY_BUS__DATA_DIR: '123' } });
    expect(config.bus).toMatchObject({ dataDir: '123' });
  });

  it('follows aliases', () => {
    const file = write('log: {level: &level debug}\nbus: {kind: sqlite, dataDir: *level}\n');
    expect(loadConfig(schema, { file }).bus).toMatchObject({ dataDir: 'debug' });
  });

  it('replaces a list as a whole', () => {
    const kafka = write('bus: {kind: kafka, brokers: [a:1, b:2, c:3]}\n');
    const config = loadConfig(schema, { file: kafka, env: { BELAY_BUS__BROKERS: 'd:4' } });
    expect(config.bus).toMatchObject({ brokers: ['d:4'] });
  });

  it('takes a section as JSON, and single variables over it', () => {
    const env = {
      BELAY_BUS: '{"kind":"kafka","brokers":["a:1","b:2"],"topicPrefix":"x-"}',
      BELAY_BUS__BROKERS: 'c:3',
    };
    expect(loadConfig(schema, { env }).bus).toMatchObject({ brokers: ['c:3'], topicPrefix: 'x-' });
  });
});

describe('what is wrong', () => {
  it('is told all at once, with file, line and column, in the order of the file', () => {
    const file = write(`bus:
  kind: kafka
  brokers: [kafka:9092, nonsense]
  topicprefix: x-
log:
  level: inof
  pretty: 'yes'
grpc: {port: 70000}
`);
    expect(
      refused({ file, flags: { grpc: { hots: 'x' } }, env: { BELAY_GRPC__DEFAULT_TIMEOUT_MS: 'soon' } }),
    ).toEqual([
      'FILE:3:25 bus.brokers.1: expected host:port, got "nonsense"',
      'FILE:4:3 bus.topicprefix: unknown key, did you mean topicPrefix?',
      'FILE:6:3 log.level: expected one of fatal, error, warn, info, debug, trace, silent, got "inof", did you mean info?',
      'FILE:7:3 log.pretty: expected true or false, got "yes"',
      'FILE:8:8 grpc.port: expected number to be <=65535, got 70000',
      'env BELAY_GRPC__DEFAULT_TIMEOUT_MS: expected a number, got "soon"',
      'flag --grpc.hots: unknown key, did you mean host?',
    ]);
  });

  it('names what is missing, and where it could be set', () => {
    const needs = z.strictObject({ bus: busSection, sql: sqlSection });
    expect(refused({ file: write('bus: {kind: kafka}\n') }, needs)).toEqual([
      'FILE: sql.kind: missing, expected one of pglite, postgres, set BELAY_SQL__KIND or add it here',
      'FILE:1:1 bus.brokers: missing, expected a list, set BELAY_BUS__BROKERS or add it here',
    ]);
  });

  it('tells a key of another kind from a misspelt one', () => {
    expect(refused({ file: write('bus: {kind: sqlite, brokers: [a:1]}') })).toEqual([
      'FILE:1:21 bus.brokers: unknown for this kind, remove it',
    ]);
  });

  it('says which kinds there are', () => {
    expect(refused({ file: write('bus: {kind: kafak}') })).toEqual([
      'FILE:1:7 bus.kind: expected one of sqlite, kafka, got "kafak", did you mean kafka?',
    ]);
  });

  it('looks into the form of a union that was meant', () => {
    const auth = z.strictObject({
      auth: z.union([z.literal('none'), z.strictObject({ issuer: z.string() })]),
    });
    expect(refused({ file: write('auth: {isuer: x}') }, auth)).toEqual([
      'FILE:1:1 auth.issuer: missing, expected a text, set BELAY_AUTH__ISSUER or add it here',
      'FILE:1:8 auth.isuer: unknown key, did you mean issuer?',
    ]);
    expect(refused({ file: write('auth: 5') }, auth)).toEqual(['FILE:1:1 auth: expected none or a section']);
  });

  it('names a variable only for what has one', () => {
    const list = z.strictObject({ tokens: z.array(z.strictObject({ name: z.string() })) });
    expect(refused({ file: write('tokens: [{}]') }, list)).toEqual([
      'FILE:1:10 tokens.0.name: missing, expected a text, add it here',
    ]);
  });

  it('says that a key without a value is empty', () => {
    expect(refused({ file: write('bus:\n') })).toEqual([
      'FILE:1:1 bus: expected a section, got nothing, give it a value or remove the key',
    ]);
  });

  it.each([
    [
      'a file that is not there',
      join(dir, 'none.yaml'),
      'FILE: cannot be read (ENOENT), check the path and its permissions',
    ],
    ['a list', write('- 1'), 'FILE:1:1 expected a section'],
    ['a tab', write('bus:\n\tkind: sqlite'), 'FILE:2:1 a tab cannot indent, use spaces'],
    ['a key twice', write(`${BUS}bus: {}`), 'FILE:2:1 this key is here twice, remove one'],
    ['an alias bomb', write(bomb()), 'FILE: too many values, write aliases out'],
    [
      'an alias that contains itself',
      write('bus: &b {x: *b}'),
      'FILE: nested too deeply, an alias may contain itself',
    ],
  ])('reports %s', (_, file, line) => {
    expect(refused({ file })).toEqual([line]);
  });
});

describe('variables', () => {
  const env = { BELAY_BUS__KIND: 'sqlite' };

  it('refuses unknown ones, as they are misspelt ones', () => {
    expect(refused({ env: { ...env, BELAY_LOG_LEVEL: 'x', BELAY_WHATEVER: 'y' } })).toEqual([
      'env BELAY_LOG_LEVEL: unknown variable, did you mean BELAY_LOG__LEVEL?',
      'env BELAY_WHATEVER: unknown variable, remove it',
    ]);
  });

  it('passes over those of the command line', () => {
    const others = {
      BELAY_CONTEXT: 'a',
      BELAY_ENDPOINT: 'b',
      BELAY_TOKEN: 'c',
      BELAY_DEBUG: '1',
      BELAY_LAB_CACHE: 'd',
      PATH: '/bin',
    };
    expect(() => loadConfig(schema, { env: { ...env, ...others } })).not.toThrow();
  });

  it('passes over those that Kubernetes adds for Services called belay-*', () => {
    const links = {
      BELAY_DECISION_SERVICE_HOST: '10.0.0.1',
      BELAY_DECISION_SERVICE_PORT: '7172',
      BELAY_DECISION_SERVICE_PORT_GRPC: '7172',
      BELAY_DECISION_PORT: 'tcp://10.0.0.1:7172',
      BELAY_DECISION_PORT_7172_TCP: 'tcp://10.0.0.1:7172',
      BELAY_DECISION_PORT_7172_TCP_ADDR: '10.0.0.1',
      BELAY_PORT: 'tcp://10.0.0.1:7172',
    };
    expect(() => loadConfig(schema, { env: { ...env, ...links } })).not.toThrow();
    expect(refused({ env: { ...env, BELAY_GRPC_PORT: '7172' } })).toEqual([
      'env BELAY_GRPC_PORT: unknown variable, did you mean BELAY_GRPC__PORT?',
    ]);
  });
});

describe('keys that reach a prototype', () => {
  const open = z.object({ bus: busSection, extra: z.record(z.string(), z.unknown()).default({}) });

  it.each([
    ['a file', { file: write(`${BUS}extra: {__proto__: {polluted: 1}}`) }, 'FILE:2:9 extra.__proto__'],
    ['a file, at the top', { file: write(`${BUS}constructor: {polluted: 1}`) }, 'FILE:2:1 constructor'],
    [
      'a variable',
      { env: { BELAY_BUS__KIND: 'sqlite', BELAY_EXTRA: '{"a":{"__proto__":{"polluted":1}}}' } },
      'env BELAY_EXTRA: extra.a.__proto__',
    ],
    [
      'a flag',
      { flags: { bus: { kind: 'sqlite' }, extra: JSON.parse('{"__proto__":{"polluted":1}}') as unknown } },
      'flag --extra.__proto__',
    ],
  ])('are refused in %s', (_, sources: ConfigSources, place) => {
    expect(refused(sources, open).join()).toContain(place);
    expect(refused(sources, open).join()).toContain('this key is not allowed, remove it');
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('secrets', () => {
  const HIDDEN = 'hunter2';

  it('come as a text, or from a file without its line end', () => {
    const keyFile = join(dir, 'key');
    writeFileSync(keyFile, `${HIDDEN}\n`);
    const texts: ConfigSources[] = [
      { file: write(`${BUS}apiKey: ${HIDDEN}`) },
      { file: write(`${BUS}apiKey: {file: ${keyFile}}`) },
      { env: { BELAY_BUS__KIND: 'sqlite', BELAY_API_KEY: HIDDEN } },
      { file: write(`${BUS}apiKey: other`), env: { BELAY_API_KEY__FILE: keyFile } },
    ];
    for (const sources of texts) expect(loadConfig(schema, sources).apiKey?.reveal()).toBe(HIDDEN);
  });

  it('stay texts, whatever they look like', () => {
    for (const text of ['123', 'true', '{"file":"/etc/passwd"}', '[1]', 'a,b']) {
      const config = loadConfig(schema, { env: { BELAY_BUS__KIND: 'sqlite', BELAY_API_KEY: text } });
      expect(config.apiKey?.reveal()).toBe(text);
    }
  });

  it('do not show in the printed configuration, nor anywhere else they are put by accident', () => {
    const config = loadConfig(schema, { file: write(`${BUS}apiKey: ${HIDDEN}`) });
    expect(describeConfig(config)).toContain('apiKey: "[redacted]"');
    const shown = [describeConfig(config), JSON.stringify(config), String(config.apiKey), inspect(config)];
    expect(shown.join()).not.toContain(HIDDEN);
  });

  it.each([
    [
      'of another type',
      write(`${BUS}apiKey: [${HIDDEN}]`),
      'FILE:2:1 apiKey: expected a text, or {file: path} to read it from a file',
    ],
    [
      'in a section',
      write(`${BUS}apiKey: {flie: ${HIDDEN}}`),
      'FILE:2:10 apiKey.flie: unknown key, did you mean file?',
    ],
    [
      'with a bad tag',
      write(`${BUS}apiKey: !${HIDDEN} x`),
      'FILE:2:9 tags are not supported, quote a text that starts with !',
    ],
    [
      'with a bad alias',
      write(`${BUS}apiKey: *${HIDDEN}`),
      'FILE:2:9 this alias names no anchor, quote a text that starts with *',
    ],
    [
      'after a quote',
      write(`${BUS}apiKey: "a" ${HIDDEN}`),
      'FILE:2:13 not valid YAML here, check the indentation and the quotes',
    ],
    [
      'under a key of no meaning',
      write(`${BUS}apiKy: ${HIDDEN}`),
      'FILE:2:1 apiKy: unknown key, did you mean apiKey?',
    ],
    [
      'in place of its section',
      write(`apiKey: x\ngrpc: ${HIDDEN}\n${BUS}`),
      'FILE:2:1 grpc: expected a section',
    ],
    [
      'in the password of a URL',
      write(`bus: {kind: 'redis://u:${HIDDEN}@h'}`),
      'FILE:1:7 bus.kind: expected one of sqlite, kafka, got "redis://[redacted]@h"',
    ],
  ])('do not show in errors: %s', (_, file, line) => {
    const lines = refused({ file });
    expect(lines.join('\n')).not.toContain(HIDDEN);
    expect(lines).toContain(line);
  });

  it('do not show when a section given as JSON is broken', () => {
    const env = { BELAY_BUS: `{"kind":"kafka","sasl":{"password":"${HIDDEN}"` };
    expect(refused({ env })).toEqual(['env BELAY_BUS: expected a section']);
  });

  it('say why a file cannot be read', () => {
    expect(refused({ file: write(`${BUS}apiKey: {file: /nowhere}`) })).toEqual([
      'FILE:2:10 apiKey.file: the file cannot be read (ENOENT), check the path and its permissions',
    ]);
  });
});

function bomb(): string {
  const levels = Array.from(
    { length: 8 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(',')}]`,
  );
  return ['l0: &l0 [x]', ...levels].join('\n');
}
