import type { Clock } from '#lib/clock.ts';
import type { Held } from './claim-rows.ts';

export interface Lease {
  readonly clock: Clock;
  readonly leaseMs: number;
  /** When it ends, unless it is extended. */
  readonly until: Date;
  readonly extend: (until: Date) => Promise<Held>;
  /** Ends the keeping. */
  readonly handled: AbortSignal;
  /** Aborted when the row is somebody else's, or could be by now. */
  readonly lost: AbortController;
}

/** Extends a lease in good time, for as long as its row is being handled. */
export async function keepLease({ clock, leaseMs, until, extend, handled, lost }: Lease): Promise<void> {
  let untilMs = until.getTime();
  for (;;) {
    await clock.sleep(Math.min(leaseMs / 3, untilMs - clock.now().getTime()), handled);
    if (handled.aborted) return;
    const nowMs = clock.now().getTime();
    if (nowMs >= untilMs) return lost.abort();
    try {
      if ((await extend(new Date(nowMs + leaseMs))) === 'lost') return lost.abort();
      untilMs = nowMs + leaseMs;
    } catch {
      // The database may be back before the lease ends.
    }
  }
}
