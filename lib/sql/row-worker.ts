import type { Kysely } from 'kysely';
import { backoffMs } from '#lib/backoff.ts';
import type { Clock } from '#lib/clock.ts';
import { claimRows, extendClaim, nextDue, releaseFailed } from './claim-rows.ts';
import { keepLease } from './keep-lease.ts';
import { WorkLoop } from './work-loop.ts';
import type { NewClaim, WorkFilter, WorkName, WorkRow } from './work-table.ts';

export interface RowWorkerOptions<Tables, Name extends WorkName<Tables>> {
  readonly db: Kysely<Tables>;
  readonly table: Name;
  readonly where?: WorkFilter<Tables, Name>;
  readonly clock: Clock;
  /** This instance, for those who look at the table. */
  readonly owner: string;
  /**
   * Does the next thing for a row, and releases or deletes it with the same transaction. What it leaves
   * claimed comes back when the lease ends. `lost` aborts when the row may be somebody else's: no effect may
   * begin after that.
   */
  readonly handle: (row: WorkRow<Tables, Name>, lost: AbortSignal) => Promise<void>;
  /** With a row: its handler failed, and it is tried again later. Without: the loop itself could not go on. */
  readonly onError: (error: unknown, row?: WorkRow<Tables, Name>) => void;
  readonly concurrency?: number;
  readonly leaseMs?: number;
  /** How long a row that another instance wrote may wait, when nothing here is due. */
  readonly pollMs?: number;
}

export interface Offer<Row> {
  /** For the insert. */
  readonly claim: NewClaim;
  /** Once: with the row as it was inserted, or without, where it was not. */
  end(row?: Row): void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
/** Rows that are due and yet cannot be claimed are being written at this moment. */
const shortestRestMs = 50;

/** Claims rows that are due and has them handled, some at a time, until it is stopped. */
export class RowWorker<Tables, Name extends WorkName<Tables>> {
  readonly #options: RowWorkerOptions<Tables, Name>;
  readonly #concurrency: number;
  readonly #leaseMs: number;
  readonly #pollMs: number;
  readonly #loop: WorkLoop;
  readonly #inHand = new Set<Promise<void>>();
  #offered = 0;

  constructor(options: RowWorkerOptions<Tables, Name>) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? 4;
    this.#leaseMs = options.leaseMs ?? 30_000;
    this.#pollMs = options.pollMs ?? 5_000;
    this.#loop = new WorkLoop({
      clock: options.clock,
      step: () => this.#step(),
      onError: (error) => options.onError(error),
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** A row may have become due. */
  poke(): void {
    this.#loop.poke();
  }

  /**
   * A place for a row that is about to be written: insert it with this claim, and nobody has to look for it.
   * Undefined when there is no room: insert it unclaimed, and poke. What is not taken up is given up.
   */
  offer(): Offer<WorkRow<Tables, Name>> | undefined {
    if (this.#loop.isStopping || this.#room() === 0) return undefined;
    const { clock, owner } = this.#options;
    const claimed_until = new Date(clock.now().getTime() + this.#leaseMs);
    this.#offered += 1;
    return {
      claim: { epoch: 1, claimed_by: owner, claimed_until },
      end: (row) => {
        this.#offered -= 1;
        // While stopping it is left to whoever looks when its lease has ended.
        if (row && !this.#loop.isStopping) this.#take(row);
        else this.poke();
      },
    };
  }

  /** Claims no more rows and waits for the handlers in hand. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all(this.#inHand);
  }

  async #step(): Promise<number> {
    const { db, table, where, clock, owner } = this.#options;
    const limit = this.#room();
    // The end of each handler is a poke.
    if (limit === 0) return this.#pollMs;
    const now = clock.now();
    const rows = await claimRows(db, table, { now, limit, leaseMs: this.#leaseMs, owner, where });
    for (const row of rows) this.#take(row);
    if (rows.length === limit) return 0;
    const next = await nextDue(db, table, where);
    const untilNextMs = next === undefined ? this.#pollMs : next.getTime() - clock.now().getTime();
    return Math.max(shortestRestMs, Math.min(untilNextMs, this.#pollMs));
  }

  #room(): number {
    return this.#concurrency - this.#inHand.size - this.#offered;
  }

  #take(row: WorkRow<Tables, Name>): void {
    const handling = this.#handle(row).finally(() => {
      this.#inHand.delete(handling);
      this.#loop.poke();
    });
    this.#inHand.add(handling);
  }

  async #handle(row: WorkRow<Tables, Name>): Promise<void> {
    const handled = new AbortController();
    const lost = new AbortController();
    const keeping = this.#keepLease(row, handled.signal, lost);
    try {
      await this.#options.handle(row, lost.signal);
    } catch (error) {
      await this.#giveBack(row, error);
    } finally {
      handled.abort();
      await keeping;
    }
  }

  #keepLease(row: WorkRow<Tables, Name>, handled: AbortSignal, lost: AbortController): Promise<void> {
    const { db, table, clock } = this.#options;
    const extend = (until: Date) => extendClaim(db, table, row, until);
    const until = row.claimed_until ?? clock.now();
    return keepLease({ clock, leaseMs: this.#leaseMs, until, extend, handled, lost });
  }

  async #giveBack(row: WorkRow<Tables, Name>, reason: unknown): Promise<void> {
    const { db, table, clock, onError } = this.#options;
    onError(reason, row);
    const retryAt = clock.now().getTime() + backoffMs(row.failures + 1, firstRetryMs, longestRetryMs);
    try {
      await releaseFailed(db, table, row, new Date(retryAt));
    } catch (error) {
      // The row comes back when its lease ends.
      onError(error, row);
    }
  }
}
