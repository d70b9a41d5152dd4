import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import type { BusRecord } from './bus.ts';
import { openSqliteBus } from './sqlite-bus.ts';

const sourceUrl = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** Publishes from several places at once, as fast as it can, and says what was acknowledged. */
const PUBLISHER = `
  import { systemClock } from ${sourceUrl('../clock.ts')};
  import { openSqliteBus } from ${sourceUrl('./sqlite-bus.ts')};
  const [file, run] = process.argv.slice(1);
  const bus = await openSqliteBus({ file, clock: systemClock });
  await bus.createTopics([{ name: 't', partitions: 3, retentionMs: 'forever' }]);
  const publisher = async (name) => {
    for (let i = 0; ; i += 1) {
      const value = Buffer.from(run + '/' + name + '/' + i);
      await bus.publish([{ topic: 't', key: name, value, headers: {} }]);
      process.stdout.write(value + '\\n');
    }
  };
  for (const name of ['a', 'b', 'c', 'd', 'e']) void publisher(name);
`;

describe('SqliteBus in a process that is killed', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'belay-sqlite-crash-'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('keeps every acknowledged record once, in order, without holes, and can be opened at once', async () => {
    const file = join(folder, 'bus.db');
    const acknowledged: string[] = [];
    for (const [run, atLeast] of [
      ['first', 1],
      ['second', 150],
      ['third', 400],
    ] as const) {
      acknowledged.push(...(await killAfter(run, atLeast, file)));
      const records = await readAll(file);
      const values = records.map((r) => String(r.value));
      expect(new Set(values).size).toBe(values.length);
      expect(values).toEqual(expect.arrayContaining(acknowledged));
      for (const partition of [0, 1, 2]) {
        const own = records.filter((r) => r.partition === partition);
        expect(own.map((r) => r.offset)).toEqual(own.map((_, i) => i));
      }
      for (const key of ['a', 'b', 'c', 'd', 'e']) {
        const ofRun = values.filter((v) => v.startsWith(`${run}/${key}/`));
        expect(ofRun).toEqual(ofRun.map((_, i) => `${run}/${key}/${i}`));
      }
    }
  });

  async function killAfter(run: string, atLeast: number, file: string): Promise<string[]> {
    const publisher = spawn(process.execPath, ['--input-type=module', '-e', PUBLISHER, file, run], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = publisher;
    const exit = once(publisher, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: publisher.stdout })) {
      lines.push(line);
      if (lines.length === atLeast) publisher.kill('SIGKILL');
    }
    await exit;
    // The kill may have cut the last line short.
    return lines.slice(0, -1);
  }

  async function readAll(file: string): Promise<BusRecord[]> {
    const bus = await openSqliteBus({ file, clock: systemClock });
    const records: BusRecord[] = [];
    const following = await bus.follow({
      topic: 't',
      from: 'earliest',
      onRecords: (some) => void records.push(...some),
      onCrash: () => {},
    });
    await following.caughtUp;
    const next = (await bus.offsets('t')).reduce((sum, o) => sum + o.next, 0);
    expect(next).toBe(records.length);
    await bus.close();
    return records;
  }
});
