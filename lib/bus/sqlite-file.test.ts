import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteFile } from './sqlite-file.ts';

describe('openSqliteFile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'belay-sqlite-file-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const at = (name: string) => join(folder, name);
  const foreign = (file: string, sql: string) => {
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
  };

  it('refuses a file that is open already, with its name and what to do, and opens it once it is free', () => {
    const file = at('bus.db');
    const first = openSqliteFile(file);
    expect(() => openSqliteFile(file)).toThrow(
      expect.objectContaining({
        kind: 'conflict',
        code: 'DATA_IN_USE',
        message: expect.stringContaining(file),
        next: expect.stringContaining('stop the process'),
      }),
    );
    first.close();
    openSqliteFile(file).close();
  });

  it('refuses it from another process too', () => {
    const file = at('bus.db');
    const first = openSqliteFile(file);
    const script = `import { openSqliteFile } from ${JSON.stringify(new URL('./sqlite-file.ts', import.meta.url))};
      try { openSqliteFile(${JSON.stringify(file)}); } catch (error) { console.log(error.code); }`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe('DATA_IN_USE');
    first.close();
  });

  it('keeps no lock and no write-ahead log behind when it is closed', () => {
    const file = at('bus.db');
    openSqliteFile(file).close();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('refuses what a newer version has written', () => {
    const file = at('bus.db');
    openSqliteFile(file).close();
    foreign(file, 'PRAGMA user_version = 99');
    expect(() => openSqliteFile(file)).toThrow(
      expect.objectContaining({ kind: 'conflict', code: 'DATA_TOO_NEW', why: expect.stringContaining('99') }),
    );
  });

  it('refuses a database of another program and leaves every byte of it alone', () => {
    const file = at('other.db');
    foreign(file, 'CREATE TABLE theirs (x)');
    const before = readFileSync(file);
    expect(() => openSqliteFile(file)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'DATA_NOT_A_LOG' }),
    );
    expect(readFileSync(file)).toEqual(before);
  });

  it('refuses what is no database at all', () => {
    const file = at('notes.txt');
    writeFileSync(file, 'dear diary, '.repeat(100));
    expect(() => openSqliteFile(file)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'DATA_NOT_A_LOG' }),
    );
  });

  it('names the folder that is missing', () => {
    expect(() => openSqliteFile(at('nowhere/bus.db'))).toThrow(
      expect.objectContaining({
        kind: 'unavailable',
        code: 'DATA_NOT_WRITABLE',
        next: expect.stringContaining(at('nowhere')),
      }),
    );
  });
});
