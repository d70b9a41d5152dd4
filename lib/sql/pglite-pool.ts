import type { PGlite } from '@electric-sql/pglite';
import { BelayError } from '#lib/errors.ts';
import { parsers } from './column-types.ts';
import type { DriverClient, DriverPool, DriverResult } from './driver.ts';

export interface PgliteTimeouts {
  /** How long a caller waits for its turn. */
  readonly waitMs: number;
  /** How long a transaction may rest between two statements: all others wait for it. */
  readonly idleMs: number;
}

/** PGlite is one session. Here it is a pool of one connection, handed on in the order of the requests. */
export class PglitePool implements DriverPool {
  readonly #pglite: PGlite;
  readonly #timeouts: PgliteTimeouts;
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  constructor(pglite: PGlite, timeouts: PgliteTimeouts) {
    this.#pglite = pglite;
    this.#timeouts = timeouts;
  }

  async connect(): Promise<DriverClient> {
    if (!this.#pglite.ready) throw closed();
    await this.#takeTurn();
    return new PgliteClient(this.#pglite, this.#timeouts.idleMs, () => this.#handOn());
  }

  /** Waits for its turn, as everybody does, and closes then or when it has waited long enough. */
  async end(): Promise<void> {
    await this.#takeTurn().catch(() => {});
    if (this.#pglite.ready) await this.#pglite.close();
    this.#handOn();
  }

  #takeTurn(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#taken) {
        this.#taken = true;
        return resolve();
      }
      const turn = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(busy(this.#timeouts.waitMs));
      }, this.#timeouts.waitMs);
      this.#waiting.push(turn);
    });
  }

  #handOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken = false;
  }
}

class PgliteClient implements DriverClient {
  readonly #pglite: PGlite;
  readonly #idleMs: number;
  readonly #handOn: () => void;
  #idleTimer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(pglite: PGlite, idleMs: number, handOn: () => void) {
    this.#pglite = pglite;
    this.#idleMs = idleMs;
    this.#handOn = handOn;
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<DriverResult> {
    if (this.#ended) throw restedTooLong(this.#idleMs);
    if (!this.#pglite.ready) throw closed();
    clearTimeout(this.#idleTimer);
    try {
      return await run(this.#pglite, sql, parameters);
    } finally {
      if (this.#inTransaction()) this.#idleTimer = setTimeout(() => this.release(), this.#idleMs);
    }
  }

  release(): void {
    clearTimeout(this.#idleTimer);
    if (this.#ended) return;
    this.#ended = true;
    void this.#rollBack().finally(this.#handOn);
  }

  async #rollBack(): Promise<void> {
    try {
      if (this.#inTransaction()) await this.#pglite.exec('rollback');
    } catch {
      // The database itself is broken, and the next statement will say so to somebody who can act on it.
    }
  }

  #inTransaction(): boolean {
    return this.#pglite.ready && this.#pglite.isInTransaction();
  }
}

const byteaOid = 17;
const conversions = {
  parsers: { ...parsers },
  serializers: {
    [byteaOid]: (bytes: Uint8Array) =>
      `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`,
  },
};

async function run(pglite: PGlite, sql: string, parameters: readonly unknown[]): Promise<DriverResult> {
  // Only the simple protocol takes several statements in one text, as pg does without parameters.
  const result =
    parameters.length === 0
      ? (await pglite.exec(sql, conversions)).at(-1)
      : await pglite.query(sql, [...parameters], conversions);
  return { command: result?.command ?? '', rowCount: result?.rowCount ?? null, rows: result?.rows ?? [] };
}

function closed(): BelayError {
  return new BelayError('unavailable', 'the embedded database is closed', { code: 'SQL_UNREACHABLE' });
}

function busy(waitMs: number): BelayError {
  return new BelayError('unavailable', `the embedded database was busy for ${waitMs} ms`, {
    code: 'SQL_TIMEOUT',
    why: 'it has one connection; whoever uses `db` within a transaction waits for itself',
  });
}

function restedTooLong(idleMs: number): BelayError {
  return new BelayError('unavailable', `the transaction rested for ${idleMs} ms and was rolled back`, {
    code: 'SQL_TIMEOUT',
  });
}
