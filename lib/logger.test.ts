import { spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BelayError } from './errors.ts';
import { createLogger, type LoggerOptions } from './logger.ts';

function capture(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'decision',
    destination: { write: (line) => lines.push(line) },
    ...options,
  });
  const last = () => JSON.parse(lines.at(-1) ?? '') as Record<string, never>;
  return { logger, lines, last };
}

describe('a log line', () => {
  it('is JSON with the time in ISO form, the level as a word, and who speaks', () => {
    const { logger, last } = capture();
    logger.info({ topic: 'incident', offset: 5n }, 'handled %s', 'it');
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      name: 'decision',
      topic: 'incident',
      offset: 5,
      msg: 'handled it',
    });
  });

  it('is not written below the level', () => {
    const { logger, lines } = capture({ level: 'warn' });
    logger.info('x');
    expect(lines).toEqual([]);
  });

  it('keeps what an error says: code, field, why, next, and the chain of its causes', () => {
    const { logger, last } = capture();
    const cause = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
    const details = { code: 'SQL_AWAY', field: 'sql.url', why: 'no answer', next: 'start it', cause };
    logger.error(new BelayError('unavailable', 'no database', details));
    expect(last()).toMatchObject({
      msg: 'no database',
      err: {
        type: 'BelayError',
        message: 'no database',
        kind: 'unavailable',
        code: 'SQL_AWAY',
        field: 'sql.url',
        why: 'no answer',
        next: 'start it',
        stack: expect.stringContaining('logger.test.ts') as unknown,
        cause: { type: 'Error', message: 'connect failed', code: 'ECONNREFUSED' },
      },
    });
  });

  it('keeps the parts of an aggregate, wherever the error stands, and leaves out what drivers add to theirs', () => {
    const { logger, last } = capture();
    const driver = Object.assign(new Error('duplicate'), {
      code: '23505',
      detail: 'Key (name)=(hunter2) exists',
    });
    logger.warn({ results: [{ failure: new AggregateError([driver], 'all') }] }, 'x');
    expect(last()).toMatchObject({ results: [{ failure: { message: 'all', errors: [{ code: '23505' }] } }] });
    expect(JSON.stringify(last())).not.toContain('hunter2');
  });

  it('survives whatever is logged: cycles, getters that throw, sockets', () => {
    const { logger, last } = capture();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const trap = {
      get x(): never {
        throw new Error('no');
      },
    };
    logger.info({ cycle, trap, process, big: Array.from({ length: 5_000 }, () => ({})) }, 'still here');
    expect(last()).toMatchObject({ msg: 'still here', trap: '[unreadable]' });
  });

  it('in pretty form is for people: the time of day, the level, who, what, and the error below', () => {
    const { logger, lines } = capture({ pretty: true });
    logger.error(
      { topic: 'incident', err: new BelayError('invalid', 'bad', { code: 'BAD', next: 'edit it' }) },
      'set aside',
    );
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} ERROR decision: set aside topic=incident\n {2}BelayError: bad\n/,
    );
    expect(lines[0]).toContain('\n  next: edit it');
  });
});

describe('secrets', () => {
  const HIDDEN = 'hunter2';
  const { privateKey } = generateKeyPairSync('ed25519');

  it.each([
    ['by name', { token: HIDDEN }],
    ['by name at depth', { request: { headers: [{ Authorization: HIDDEN }] } }],
    [
      'by name in any spelling',
      {
        'x-api-key': HIDDEN,
        DB_PASSWORD: HIDDEN,
        approvalToken: HIDDEN,
        Cookie: HIDDEN,
        clientSecret: HIDDEN,
      },
    ],
    ['that are sections', { secret: { inner: HIDDEN }, credentials: [HIDDEN] }],
    ['by look', { note: `Bearer ${HIDDEN}`, url: `redis://:${HIDDEN}@h` }],
    ['in bytes', { bytes: Buffer.from(HIDDEN), view: new Uint8Array(Buffer.from(HIDDEN)) }],
    ['in an object with a form of its own', { wrapped: { toJSON: () => ({ password: HIDDEN }) } }],
    ['in a web key', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'public', d: HIDDEN } }],
    ['in an error', { err: new Error(`no route to amqp://u:${HIDDEN}@h`, { cause: { password: HIDDEN } }) }],
  ])('do not get out: %s', (_, fields) => {
    const { logger, lines } = capture();
    logger.info(fields, 'x');
    logger.child(fields).child({ more: fields }).info('y');
    logger.info('with %j and %o', fields, fields);
    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toContain(HIDDEN);
    expect(lines.join()).not.toContain(Buffer.from(HIDDEN).join(','));
  });

  it('do not get out as keys: private ones show nothing, public ones may', () => {
    const { logger, lines } = capture();
    const pem = String(privateKey.export({ format: 'pem', type: 'pkcs8' }));
    logger.info(
      { privateKey, pem, note: pem, jwk: privateKey.export({ format: 'jwk' }) },
      `signing with ${pem}`,
    );
    expect(lines.join()).not.toContain(pem.split('\n')[1]);
    expect(lines.join()).not.toContain(privateKey.export({ format: 'jwk' }).d);
    logger.info({ jwk: createPublicKey(privateKey).export({ format: 'jwk' }) });
    expect(lines.at(-1)).toContain('Ed25519');
  });

  it('do not get out under a secret name at any depth', () => {
    const name = fc.constantFrom('token', 'password', 'secret', 'authorization', 'privateKey', 'api_key');
    const nest = fc.array(fc.constantFrom('list', 'map'), { maxLength: 6 });
    fc.assert(
      fc.property(name, nest, (key, shape) => {
        const { logger, lines } = capture();
        const value = shape.reduce<unknown>((inner, kind) => (kind === 'list' ? [inner] : { inner }), {
          [key]: HIDDEN,
        });
        logger.info({ value });
        expect(lines.join()).not.toContain(HIDDEN);
      }),
    );
  });

  it('cost no more than they hide: names that only look alike stay', () => {
    const { logger, last } = capture();
    const fields = {
      key: 'api-server',
      keyId: 'k1',
      tokenKind: 'static',
      hasToken: true,
      secretName: 'db',
      password: null,
    };
    logger.info(fields);
    expect(last()).toMatchObject(fields);
  });
});

describe('the default destination', () => {
  const run = (script: string) =>
    spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
  const logALot = `
    import { createLogger } from './logger.ts';
    const logger = createLogger({ name: 'x' });
    for (let i = 0; i < 2000; i += 1) logger.info({ i, pad: 'x'.repeat(200) }, 'line');
    logger.info('last words');`;

  it.each([
    ['the process exits', 'process.exit(3);', 3],
    ['the process crashes', "throw new Error('crash');", 1],
    ['the process is killed', "process.kill(process.pid, 'SIGKILL');", null],
  ])('is stderr, and loses no line when %s', (_, end, status) => {
    const child = run(`${logALot}\n${end}`);
    expect(child.status).toBe(status);
    expect(child.stdout).toBe('');
    expect(child.stderr.split('\n').filter((line) => line.includes('"line"'))).toHaveLength(2000);
    expect(child.stderr).toContain('last words');
  });
});
