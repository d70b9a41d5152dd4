import { dirname } from 'node:path';
import { BelayError, type ErrorKind, messageOf } from '#lib/errors.ts';

/** What SQLite said, as what it means for the owner of the file. Anything else comes back as it is. */
export function sqliteFailure(thrown: unknown, file: string): Error {
  const { errcode } = thrown as { errcode?: unknown };
  if (typeof errcode !== 'number') return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  const known = meanings(file);
  // The upper bytes say more about the primary result code in the lowest.
  const { kind, code, message, next } = known[errcode] ?? known[errcode & 0xff] ?? unknownFailure(file);
  return new BelayError(kind, message, { code, why: messageOf(thrown), next, cause: thrown });
}

interface Meaning {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

function meanings(file: string): Readonly<Record<number, Meaning>> {
  const inUse: Meaning = {
    kind: 'conflict',
    code: 'DATA_IN_USE',
    message: `${file} is already in use`,
    next: 'stop the process that uses it, or give this one a data directory of its own',
  };
  const notWritable: Meaning = {
    kind: 'unavailable',
    code: 'DATA_NOT_WRITABLE',
    message: `${file} cannot be opened for writing`,
    next: `create ${dirname(file)} and let this process write to it and to the files in it`,
  };
  return {
    [SQLITE.PERM]: notWritable,
    [SQLITE.BUSY]: inUse,
    [SQLITE.LOCKED]: inUse,
    [SQLITE.READONLY]: notWritable,
    [SQLITE.CANTOPEN]: notWritable,
    // A file that may only be read cannot be locked for writing.
    [SQLITE.IOERR_LOCK]: notWritable,
    [SQLITE.CORRUPT]: {
      kind: 'internal',
      code: 'DATA_CORRUPT',
      message: `${file} is damaged`,
      next: 'check the disk, and restore the data directory from a backup',
    },
    [SQLITE.FULL]: {
      kind: 'unavailable',
      code: 'DISK_FULL',
      message: `no space is left for ${file}`,
      next: 'free space on its disk; what was refused can be sent again',
    },
    [SQLITE.NOTADB]: notALog(file),
  };
}

/** A file of somebody else's: never written to. */
export function notALog(file: string): Meaning {
  return {
    kind: 'invalid',
    code: 'DATA_NOT_A_LOG',
    message: `${file} is not a log of Belay`,
    next: 'point to another data directory, or move the file out of the way',
  };
}

const unknownFailure = (file: string): Meaning => ({
  kind: 'unavailable',
  code: 'DATA_FAILED',
  message: `${file} cannot be read or written`,
  next: 'check the disk and its file system',
});

const SQLITE = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
  IOERR_LOCK: 3850,
};
