import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BelayError } from '#lib/errors.ts';

/**
 * Keeps every other process out of the folder until the returned function is called or this process is gone.
 * The lock is the system's own lock on a file, taken by SQLite because Node has no call for it: it needs no
 * write, and however the process ends, it leaves nothing behind that looks like a lock. A file with a process
 * id would have to be judged by whoever comes next, and ids come back, above all in containers.
 */
export function lockFolder(folder: string): () => void {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    lock?.close();
    throw isBusy(error) ? inUse(folder) : notWritable(folder, error);
  }
  const held = lock;
  return () => {
    if (held.isOpen) held.close();
  };
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return (error as { errcode?: number }).errcode === SQLITE_BUSY;
}

function inUse(folder: string): BelayError {
  return new BelayError('conflict', `${folder} is in use by another process`, {
    code: 'DATA_IN_USE',
    next: 'stop the other process, or give this one a data directory of its own',
  });
}

function notWritable(folder: string, cause: unknown): BelayError {
  return new BelayError('unavailable', `${folder} cannot be opened for writing`, {
    code: 'DATA_NOT_WRITABLE',
    next: `let this process write to ${folder} and to the files in it`,
    cause,
  });
}
