import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OutgoingRecord } from '#lib/bus/bus.ts';
import { openSqliteBus } from '#lib/bus/sqlite-bus.ts';
import { systemClock } from '#lib/clock.ts';
import { goodRecord } from '../support/bad-records.ts';
import { type Figure, median } from './figure.ts';

const BATCH = 100;

/** Publishing in batches of 100 against the bare inserts of the same rows in transactions of 100. */
export async function* sqliteFigures(quick: boolean): AsyncGenerator<Figure> {
  const batches = quick ? 60 : 300;
  const rounds = quick ? 5 : 9;
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-'));
  const records = Array.from({ length: BATCH }, (_, i) => goodRecord(`inc-${i}`, `svc-${i % 20}`));
  const bus = await openSqliteBus({ file: join(folder, 'bus.db'), clock: systemClock });
  await bus.createTopics([{ name: 'incident', partitions: 3, retentionMs: 7 * 86_400_000 }]);
  const bare = bareLog(join(folder, 'bare.db'));
  try {
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const bareRate = await rate(batches, async () => bare.insert(records));
      const busRate = await rate(batches, () => bus.publish(records));
      ratios.push(busRate / bareRate);
    }
    yield { name: 'sqlite-bus/bare-inserts', value: median(ratios), goal: 0.7 };
  } finally {
    bare.close();
    await bus.close();
    rmSync(folder, { recursive: true });
  }
}

async function rate(batches: number, run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < batches; i += 1) await run();
  return (batches * BATCH) / (performance.now() - started);
}

/** The least that has to be written: the same columns, durable in the same way, nothing around it. */
function bareLog(file: string) {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA locking_mode=EXCLUSIVE;');
  db.exec(`CREATE TABLE records (
    topic INTEGER, partition INTEGER, position INTEGER, written_ms INTEGER, key BLOB, value BLOB, headers BLOB,
    PRIMARY KEY (topic, partition, position)) WITHOUT ROWID`);
  const insert = db.prepare('INSERT INTO records VALUES (1, ?, ?, ?, ?, ?, ?)');
  let position = 0;
  return {
    insert(records: readonly OutgoingRecord[]) {
      db.exec('BEGIN IMMEDIATE');
      for (const { key, value, headers } of records) {
        position += 1;
        insert.run(position % 3, position, Date.now(), Buffer.from(key), value, JSON.stringify(headers));
      }
      db.exec('COMMIT');
    },
    close: () => db.close(),
  };
}
