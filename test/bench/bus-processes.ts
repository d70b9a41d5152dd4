import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { systemClock } from '#lib/clock.ts';
import { localKeys } from '../../cli/local-keys.ts';
import { freePorts } from '../lab/free-port.ts';
import { startKafka } from '../lab/kafka.ts';
import { startPostgres } from '../lab/postgres.ts';
import { spawnBelay, untilReady } from '../support/belay-process.ts';
import { eventually } from '../support/eventually.ts';
import { type Figure, median } from './figure.ts';

/** What a person waits for, and what an idle service costs. */
export async function* processFigures(quick: boolean): AsyncGenerator<Figure> {
  const seconds: number[] = [];
  for (let n = 0; n < (quick ? 2 : 5); n += 1) seconds.push(await firstStart());
  yield { name: 'belay-up-ready seconds, empty data folder', value: median(seconds), goal: 3, atMost: true };
  yield { name: 'idle-service resident MB', value: await idleMb(quick), goal: 120, atMost: true };
}

async function firstStart(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-up-'));
  const started = performance.now();
  const running = spawnBelay(['up', '--port', '0', '--data-dir', folder]);
  try {
    await eventually(() => {
      if (!/^Ready in/m.test(running.output())) throw new Error(`not ready: ${running.output()}`);
    }, 30_000);
    return (performance.now() - started) / 1_000;
  } finally {
    await running.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The verifier on Kafka and Postgres: joined, its stores open, nothing to do. */
async function idleMb(quick: boolean): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-idle-'));
  const [kafka, postgres, [grpc, ops = 0]] = await Promise.all([startKafka(), startPostgres(), freePorts(2)]);
  const file = join(folder, 'verifier.yaml');
  const { trustedKeysFile } = localKeys(folder, 'bench');
  writeFileSync(
    file,
    stringify({
      bus: { kind: 'kafka', brokers: kafka.endpoint.split(',') },
      sql: { kind: 'postgres', url: await postgres.createDatabase('belay') },
      grpc: { port: grpc },
      ops: { port: ops },
      auth: 'none',
      topics: { replicationFactor: 1 },
      signing: { trustedKeysFile },
    }),
  );
  const running = spawnBelay(['serve', 'verifier', '--config', file]);
  try {
    await untilReady(ops, running);
    await systemClock.sleep(quick ? 5_000 : 60_000);
    return residentMb(running.pid);
  } finally {
    await running.kill();
    await Promise.all([kafka.stop(), postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
