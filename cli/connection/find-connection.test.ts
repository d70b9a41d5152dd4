import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyFolder, removeFolders } from '../fixtures/run-belay.ts';
import { findConnection } from './find-connection.ts';
import { removeUpFile, writeUpFile } from './up-file.ts';

afterAll(removeFolders);

const TOKEN = 't'.repeat(43);

let cwd: string;
beforeEach(() => {
  cwd = emptyFolder();
});

function startLocal(dataDir: string, pid = process.pid): void {
  const startedAt = new Date('2026-03-03T03:12:00Z');
  const endpoints = {
    grpcEndpoint: '127.0.0.1:7001',
    opsEndpoint: 'http://127.0.0.1:7002',
    httpEndpoint: 'http://127.0.0.1:3',
  };
  writeUpFile(join(cwd, dataDir), { pid, startedAt, version: '1', ...endpoints });
  writeFileSync(join(cwd, dataDir, 'token'), `${TOKEN}\n`, { mode: 0o600 });
}

function writeConfig(text: string): void {
  mkdirSync(join(cwd, 'xdg', 'belay'), { recursive: true });
  writeFileSync(join(cwd, 'xdg', 'belay', 'config.yaml'), text);
}

const CONFIG = `
currentContext: prod
contexts:
  prod: {endpoint: "belay.example.com:7173", token: prod-token, ops: ["https://ops.example.com"]}
  lab: {endpoint: "127.0.0.1:7173", token: lab-token}
`;

const find = (flags: { context?: string; endpoint?: string }, env: Record<string, string> = {}) =>
  findConnection(flags, { env: { XDG_CONFIG_HOME: join(cwd, 'xdg'), ...env }, cwd });

describe('which Belay is meant', () => {
  it('is by default the one that runs here, with its token', async () => {
    startLocal('.belay');
    const found = await find({});
    expect(found).toMatchObject({
      context: 'local',
      endpoint: '127.0.0.1:7001',
      ops: ['http://127.0.0.1:7002'],
    });
    expect(found.token()).toBe(TOKEN);
    expect(found).not.toHaveProperty('tls');
  });

  it('is the current one of the config file before that', async () => {
    startLocal('.belay');
    writeConfig(CONFIG);
    const found = await find({});
    expect(found).toMatchObject({ context: 'prod', endpoint: 'belay.example.com:7173', tls: {} });
    expect(found.token()).toBe('prod-token');
  });

  it('is what the environment says before that, and what the flags say before all', async () => {
    startLocal('.belay');
    writeConfig(CONFIG);
    const env = { BELAY_CONTEXT: 'lab' };
    expect(await find({}, env)).toMatchObject({ context: 'lab' });
    expect(await find({ context: 'prod' }, env)).toMatchObject({ context: 'prod' });
    expect(await find({ context: 'local' }, env)).toMatchObject({ endpoint: '127.0.0.1:7001' });
    expect(await find({ context: 'prod' }, { BELAY_ENDPOINT: '127.0.0.1:1' })).toMatchObject({
      endpoint: 'belay.example.com:7173',
    });
  });

  it('can be a running up, by its data directory', async () => {
    startLocal('other');
    expect(await find({ context: './other' })).toMatchObject({
      context: './other',
      endpoint: '127.0.0.1:7001',
    });
  });
});

describe('a token', () => {
  it('does not go to an endpoint that was named alone', async () => {
    startLocal('.belay');
    writeConfig(CONFIG);
    expect((await find({ endpoint: '127.0.0.1:1' })).token()).toBeUndefined();
    expect((await find({ endpoint: '127.0.0.1:1' }, { BELAY_CONTEXT: 'prod' })).token()).toBeUndefined();
    expect((await find({}, { BELAY_ENDPOINT: '127.0.0.1:1' })).token()).toBeUndefined();
  });

  it('goes to an endpoint that was named together with its context', async () => {
    writeConfig(CONFIG);
    expect((await find({ context: 'lab', endpoint: '127.0.0.1:1' })).token()).toBe('lab-token');
  });

  it('of the environment wins over the one in the file', async () => {
    writeConfig(CONFIG);
    expect((await find({}, { BELAY_TOKEN: 'mine' })).token()).toBe('mine');
  });

  it('that others can read is not used', async () => {
    startLocal('.belay');
    chmodSync(join(cwd, '.belay', 'token'), 0o644);
    const { token } = await find({});
    expect(token).toThrow(expect.objectContaining({ code: 'SECRET_EXPOSED' }));
  });
});

describe('the way there', () => {
  it.each([
    ['127.0.0.1:7172', undefined],
    ['[::1]:7172', undefined],
    ['localhost:7172', undefined],
    ['10.0.0.1:7172', {}],
    ['localhost.evil.test:7172', {}],
  ])('to %s is encrypted unless it stays on this machine', async (endpoint, tls) => {
    expect((await find({ endpoint })).tls).toEqual(tls);
  });
});

describe('when there is none', () => {
  it('says so, and how to start one', async () => {
    await expect(find({})).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'NOT_RUNNING',
      why: `there is no ${join(cwd, '.belay', 'up.json')}`,
      next: 'belay up',
    });
  });

  it('says how to start the one that is meant', async () => {
    await expect(find({ context: './other' })).rejects.toMatchObject({
      code: 'NOT_RUNNING',
      next: 'belay up --data-dir ./other',
    });
  });

  it('recognises what a killed one left behind', async () => {
    startLocal('.belay', 2 ** 22 + 1);
    await expect(find({})).rejects.toMatchObject({
      code: 'NOT_RUNNING',
      why: expect.stringContaining('left over from process 4194305, which is gone') as unknown,
    });
  });

  it('finds none after a clean stop', async () => {
    startLocal('.belay');
    removeUpFile(join(cwd, '.belay'));
    await expect(find({})).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });

  it('names the contexts that there are', async () => {
    writeConfig(CONFIG);
    await expect(find({ context: 'prd' })).rejects.toMatchObject({
      kind: 'not_found',
      code: 'CONTEXT_UNKNOWN',
      why: expect.stringContaining('has: prod, lab') as unknown,
    });
  });

  it('does not believe a file that others could have written', async () => {
    startLocal('.belay');
    chmodSync(join(cwd, '.belay', 'up.json'), 0o666);
    await expect(find({})).rejects.toMatchObject({ code: 'SECRET_EXPOSED' });
  });

  it.each(['{}', 'no json', '{"pid": 0}', '{"pid": "1", "grpcEndpoint": 7}'])(
    'takes %j for damaged',
    async (text) => {
      startLocal('.belay');
      writeFileSync(join(cwd, '.belay', 'up.json'), text);
      await expect(find({})).rejects.toMatchObject({ code: 'UP_FILE_DAMAGED' });
    },
  );
});

describe('the config file', () => {
  it('says where something is wrong, and never shows a token', async () => {
    writeConfig('contexts:\n  prod: {endpoint: nowhere, token: s3cr3t-token, tokn: s3cr3t-too}\n');
    const error = (await find({ context: 'prod' }).catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toMatch(/config\.yaml:2:\d+ contexts\.prod\.endpoint: expected host:port/);
    expect(error.message).toMatch(/did you mean token\?/);
    expect(error.message).not.toContain('s3cr3t');
  });

  it.each(['local', './x', 'a/b', '-'])('has no context with the name %j', async (name) => {
    writeConfig(`contexts:\n  "${name}": {endpoint: "127.0.0.1:1"}\n  prod: {endpoint: "127.0.0.1:1"}\n`);
    const expected = name === '-' ? undefined : 'BAD_CONFIG';
    const found = await find({ context: 'prod' }).catch((error: { code: string }) => error);
    expect((found as { code?: string }).code).toBe(expected);
  });
});
