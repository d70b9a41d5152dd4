import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteFile } from './sqlite-file.ts';
import { SqliteLog } from './sqlite-log.ts';
import { toRow } from './sqlite-record.ts';

describe('SqliteLog', () => {
  let folder: string;
  let file: string;
  let db: DatabaseSync;
  let log: SqliteLog;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'belay-sqlite-log-'));
    file = join(folder, 'bus.db');
    db = openSqliteFile(file);
    log = new SqliteLog(db, file);
    log.createTopics([{ name: 't', partitions: 1, retentionMs: 'forever' }]);
  });
  afterEach(() => {
    log.close();
    rmSync(folder, { recursive: true });
  });

  const write = (...values: Buffer[]) => {
    const rows = values.map((value) => toRow(log.topic('t'), { topic: 't', key: 'k', value, headers: {} }));
    log.write(rows, [], new Date(0));
  };
  const partition = () => {
    const [only] = log.topic('t').partitions;
    if (!only) throw new Error('no partition');
    return only;
  };
  const read = (maxRecords = 100) => log.read(partition(), 0, maxRecords).map((r) => r.value?.length);

  it('names a full disk, keeps nothing of what it refused, and goes on when there is space again', () => {
    write(Buffer.alloc(1));
    const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number };
    db.exec(`PRAGMA max_page_count = ${pages + 10}`);
    expect(() => write(Buffer.alloc(2), Buffer.alloc(100_000))).toThrow(
      expect.objectContaining({
        kind: 'unavailable',
        code: 'DISK_FULL',
        message: expect.stringContaining(file),
        next: expect.stringContaining('free space'),
      }),
    );
    db.exec('PRAGMA max_page_count = 1000000');
    write(Buffer.alloc(3), Buffer.alloc(100_000));
    expect(log.read(partition(), 0, 100).map((r) => [r.offset, r.value?.length])).toEqual([
      [0, 1],
      [1, 3],
      [2, 100_000],
    ]);
  });

  it('reads no more at once than it was told to, and no more than fits into memory well', () => {
    const megabyte = Buffer.alloc(1_048_576 - 1);
    for (let i = 0; i < 10; i += 1) write(megabyte);
    expect(read(3)).toHaveLength(3);
    expect(read().length).toBeLessThan(10);
    expect(read().length).toBeGreaterThan(0);
  });

  it('says that the file is damaged instead of showing what is left of it', () => {
    for (let i = 0; i < 1_000; i += 1) write(Buffer.alloc(100));
    log.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xff, bytes.length / 2));
    db = openSqliteFile(file);
    log = new SqliteLog(db, file);
    expect(() => read(1_000)).toThrow(expect.objectContaining({ kind: 'internal', code: 'DATA_CORRUPT' }));
  });
});
