import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { Clock } from '#lib/clock.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import { createPglite } from './create-pglite.ts';
import type { DriverPool } from './driver.ts';
import { DurableNodeFs } from './durable-node-fs.ts';
import { findUnwritable } from './find-unwritable.ts';
import { lockFolder } from './lock-folder.ts';
import { maintainPglite } from './maintain-pglite.ts';
import { freshDatabase, unpackInto } from './pglite-image.ts';
import { PglitePool } from './pglite-pool.ts';

export interface OpenPgliteOptions {
  /** A folder that belongs to the database alone. Undefined: in memory, for tests and trials. */
  readonly dataDir: string | undefined;
  readonly clock: Clock;
  /** The database works on, but its upkeep failed: most often the disk is full. */
  readonly onError: (error: unknown) => void;
  readonly waitMs?: number;
  readonly idleInTransactionMs?: number;
}

/** The embedded database of a process, shared by its services. */
export interface Pglite {
  readonly pool: DriverPool;
  /** What is being done exclusively right now. */
  readonly locks: Set<string>;
  /** Waits for the statements in hand. Can be called twice. */
  close(): Promise<void>;
}

export async function openPglite(settings: OpenPgliteOptions): Promise<Pglite> {
  const { dataDir, clock, onError, waitMs = 5_000, idleInTransactionMs = 10_000 } = settings;
  const unlock = dataDir === undefined ? () => {} : lockFolder(dataDir);
  try {
    const pglite = await (dataDir === undefined ? openInMemory() : openFolder(dataDir));
    const pool = new PglitePool(pglite, { waitMs, idleMs: idleInTransactionMs });
    const upkeep = maintainPglite(pool, clock, onError);
    return {
      pool,
      locks: new Set(),
      close: async () => {
        await upkeep.stop();
        await pool.end();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** What PGlite starts with by itself has `-F`, no fsync, in it. */
const baseParameters = ['--single', '-O', '-j'];
const baseSettings = {
  search_path: 'public',
  exit_on_error: 'false',
  log_checkpoints: 'false',
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  io_method: 'sync',
  // Half of the memory that the database takes otherwise; what is read often is in the system's cache.
  shared_buffers: '8MB',
  max_connections: '5',
  min_wal_size: '4MB',
  max_wal_size: '16MB',
  timezone: 'UTC',
};

async function openInMemory(): Promise<PGlite> {
  const image = new Blob([new Uint8Array(await freshDatabase())], { type: 'application/x-tar' });
  return createPglite({ loadDataDir: image, startParams: startParameters({ fsync: 'off' }) });
}

async function openFolder(dataDir: string): Promise<PGlite> {
  const folder = join(dataDir, 'postgres');
  if (!existsSync(folder)) await unpackInto(folder, await freshDatabase());
  let lastWords: string[] = [];
  try {
    return await createPglite({
      fs: new DurableNodeFs(folder),
      startParams: startParameters({ fsync: 'on', wal_sync_method: 'fsync' }),
      onStderr: (line) => {
        lastWords = [...lastWords, line].slice(-5);
        return false;
      },
    });
  } catch (error) {
    throw notStarted(folder, [...lastWords, messageOf(error)].join('\n'));
  }
}

function startParameters(settings: Readonly<Record<string, string>>): string[] {
  const all = Object.entries({ ...baseSettings, ...settings });
  return [...baseParameters, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Damage and another version are only the reasons where nothing simpler is. */
function notStarted(folder: string, why: string): BelayError {
  const unwritable = findUnwritable(folder);
  if (unwritable !== undefined) {
    return new BelayError('unavailable', `${folder} cannot be opened for writing`, {
      code: 'DATA_NOT_WRITABLE',
      why: `this process may not read and change ${unwritable}`,
      next: `let this process write to ${folder} and to all that is in it`,
    });
  }
  return new BelayError('internal', `the database in ${folder} does not start`, {
    code: 'DATA_UNREADABLE',
    why,
    next: `run the version of Belay that wrote it, or restore ${folder} from a backup`,
  });
}
