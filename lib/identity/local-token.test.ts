import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLocalToken } from './local-token.ts';
import { readPrivateFile } from './private-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'belay-token-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

const failing = (code: string, details = {}): unknown =>
  expect.objectContaining({ kind: 'invalid', code, ...details });

describe('createLocalToken', () => {
  it('makes 256 bits that only the owner can read, and leaves no draft behind', () => {
    const dataDir = join(dir, 'new', 'data');
    const token = createLocalToken(dataDir);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(statSync(join(dataDir, 'token')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dataDir)).toEqual(['token']);
  });

  it('gives the same token on the next start, and another one in another directory', () => {
    const token = createLocalToken(join(dir, 'a'));
    expect(createLocalToken(join(dir, 'a'))).toBe(token);
    expect(createLocalToken(join(dir, 'b'))).not.toBe(token);
  });

  it.each(['644', '640', '620', '604'])('refuses one whose mode is %s, without showing it', (mode) => {
    const token = createLocalToken(dir);
    chmodSync(join(dir, 'token'), parseInt(mode, 8));
    const fail = () => createLocalToken(dir);
    expect(fail).toThrow(failing('SECRET_EXPOSED'));
    expect(fail).not.toThrow(token);
  });

  it('refuses one that somebody else has put there', (ctx) => {
    ctx.skip(process.getuid?.() !== 0, 'only root can give files away');
    createLocalToken(dir);
    chownSync(join(dir, 'token'), 12_345, 12_345);
    expect(() => createLocalToken(dir)).toThrow(failing('SECRET_EXPOSED'));
  });

  it.each(['', 'short', 'x'.repeat(44)])('refuses a damaged one (%j) and says what to do', (content) => {
    writeFileSync(join(dir, 'token'), content, { mode: 0o600 });
    const fail = () => createLocalToken(dir);
    expect(fail).toThrow(
      failing('LOCAL_TOKEN_DAMAGED', {
        next: `remove it, the next start makes a new one: rm ${join(dir, 'token')}`,
      }),
    );
  });

  it('is the same for processes that start at the same time', async () => {
    const source = `import { createLocalToken } from './lib/identity/local-token.ts'; console.log(createLocalToken('${dir}'))`;
    const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source]);
    const tokens = await Promise.all([start(), start(), start()]);
    expect(new Set(tokens.map(({ stdout }) => stdout.trim()))).toEqual(new Set([createLocalToken(dir)]));
  });

  it('says which directory it cannot write to', () => {
    writeFileSync(join(dir, 'file'), '');
    const fail = () => createLocalToken(join(dir, 'file', 'data'));
    expect(fail).toThrow(failing('LOCAL_TOKEN_UNWRITABLE', { field: 'dataDir' }));
  });
});

describe('readPrivateFile', () => {
  const secretWithMode = (mode: string) => {
    writeFileSync(join(dir, 'secret'), 'text');
    chmodSync(join(dir, 'secret'), parseInt(mode, 8));
    return join(dir, 'secret');
  };

  it.for(['440', '400'])(
    'takes a file of root with mode %s, which is how Secrets are mounted',
    (mode, ctx) => {
      ctx.skip(process.getuid?.() !== 0, 'only root has files of root');
      const path = secretWithMode(mode);
      vi.spyOn(process, 'getuid').mockReturnValue(1000);
      expect(readPrivateFile(path, 'the key')).toBe('text');
    },
  );

  it.for(['444', '460'])('refuses a file of root with mode %s', (mode, ctx) => {
    ctx.skip(process.getuid?.() !== 0, 'only root has files of root');
    const path = secretWithMode(mode);
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(() => readPrivateFile(path, 'the key')).toThrow(failing('SECRET_EXPOSED'));
  });

  it('follows links and judges what they lead to', () => {
    symlinkSync(secretWithMode('600'), join(dir, 'link'));
    expect(readPrivateFile(join(dir, 'link'), 'the key')).toBe('text');
    chmodSync(join(dir, 'secret'), 0o644);
    expect(() => readPrivateFile(join(dir, 'link'), 'the key')).toThrow('not private');
  });

  it('refuses what is no file, what is too large, and what is not there', () => {
    expect(() => readPrivateFile(dir, 'the key')).toThrow('not private');
    writeFileSync(join(dir, 'large'), Buffer.alloc(70_000), { mode: 0o600 });
    expect(() => readPrivateFile(join(dir, 'large'), 'the key')).toThrow('not private');
    expect(() => readPrivateFile(join(dir, 'none'), 'the key')).toThrow(
      failing('SECRET_UNREADABLE', { field: join(dir, 'none') }),
    );
  });
});
