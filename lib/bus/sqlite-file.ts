import { DatabaseSync } from 'node:sqlite';
import { BelayError } from '#lib/errors.ts';
import { notALog, sqliteFailure } from './sqlite-errors.ts';

/** Opens the file for this process alone, and makes its tables when it is new. */
export function openSqliteFile(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 0 });
    // The lock belongs to the process and is gone with it, however it ends.
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    const isNew = checkOwner(db, file);
    // A commit returns when its pages are on the disk, not when the system has taken them.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    // Takes the lock even when there is nothing to create.
    db.exec(`BEGIN EXCLUSIVE; ${isNew ? SCHEMA : ''} COMMIT`);
    return db;
  } catch (error) {
    db?.close();
    throw sqliteFailure(error, file);
  }
}

/** True for a new file. Looks before anything is written, because the file may be somebody else's. */
function checkOwner(db: DatabaseSync, file: string): boolean {
  const owner = numberOf(db, 'SELECT application_id AS n FROM pragma_application_id');
  const version = numberOf(db, 'SELECT user_version AS n FROM pragma_user_version');
  if (owner === 0 && numberOf(db, 'SELECT count(*) AS n FROM sqlite_schema') === 0) return true;
  if (owner !== APPLICATION_ID) {
    const { kind, message, ...details } = notALog(file);
    throw new BelayError(kind, message, { ...details, why: 'it is a database of another program' });
  }
  if (version === SCHEMA_VERSION) return false;
  throw new BelayError('conflict', `${file} was written by a newer version of Belay`, {
    code: 'DATA_TOO_NEW',
    why: `its schema version is ${version}; this version of Belay reads ${SCHEMA_VERSION}`,
    next: 'run the newer version, or point to another data directory',
  });
}

function numberOf(db: DatabaseSync, sql: string): number {
  return Number(db.prepare(sql).get()?.['n']);
}

/** Marks the file as ours: "BELY". */
const APPLICATION_ID = 0x42454c59;
const SCHEMA_VERSION = 1;

/**
 * `records.place` is partition and offset in one number (see placeOf): a plain integer key takes inserts
 * two to three times as fast as a key of two columns. `partitions.next_offset` outlives the records, so that
 * no offset is given twice.
 */
const SCHEMA = `
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    retention_ms INTEGER,
    compact INTEGER NOT NULL,
    max_record_bytes INTEGER
  ) STRICT;
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    topic_id INTEGER NOT NULL REFERENCES topics (id),
    number INTEGER NOT NULL,
    next_offset INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic_id, number)
  ) STRICT;
  CREATE TABLE records (
    place INTEGER PRIMARY KEY,
    timestamp_ms INTEGER NOT NULL,
    key BLOB NOT NULL,
    value BLOB,
    headers TEXT NOT NULL
  ) STRICT;
  CREATE TABLE commits (
    group_name TEXT NOT NULL,
    partition_id INTEGER NOT NULL REFERENCES partitions (id),
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (group_name, partition_id)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
