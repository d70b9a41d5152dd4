import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Announcer } from '../handlers/announcer.ts';
import type { Episodes } from '../ports.ts';

export interface SweepOptions {
  readonly episodes: Pick<Episodes, 'due'>;
  readonly announcer: Announcer;
  readonly clock: Clock;
}

const REST_MS = 5_000;
const AT_ONCE = 100;

/**
 * One round over what time has changed: what fell silent ends, what ended long ago is forgotten, and what its
 * maker could not tell is told. Returns how long to rest. Instances may sweep side by side: each change is
 * somebody's own.
 */
export async function sweepEpisodes({ episodes, announcer, clock }: SweepOptions): Promise<number> {
  const due = await episodes.due(clock.now(), AT_ONCE);
  const results = await Promise.allSettled(due.map((key) => announcer.settle(key, { type: 'tick' })));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (failures.length === 0) return due.length < AT_ONCE ? REST_MS : 0;
  throw new BelayError('unavailable', `${failures.length} of ${due.length} episodes could not be swept`, {
    code: 'SWEEP_INCOMPLETE',
    cause: failures[0],
  });
}
