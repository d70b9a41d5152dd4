export interface Refused {
  readonly code: string;
  readonly endsAt?: Date | undefined;
}

export interface RetryRules {
  readonly attempt: number;
  readonly decidedAt: Date;
  /** By then the incident is too old to act on. Undefined: it is not tried again, or not once more. */
  readonly until: Date | undefined;
}

/** For what ends when somebody or something else is done; twice as long each time. */
const FIRST_WAIT_MS = 30_000;

/** Refusals that say nothing about the fix, only about the moment. */
const TEMPORARY: ReadonlySet<string> = new Set([
  'circuit_open',
  'rate_limited',
  'cooling_down',
  'attempts_spent',
  'budget_spent',
  'too_many_actions',
  'workload_locked',
  'kill_switch',
  'freeze',
  'dependency_down',
  'storm',
]);

/** When to look again at what was refused, or undefined where waiting would not help in time. */
export function retryAt(
  refusals: readonly Refused[],
  { attempt, decidedAt, until }: RetryRules,
): Date | undefined {
  const mayEnd = refusals.length > 0 && refusals.every(({ code }) => TEMPORARY.has(code));
  if (!until || !mayEnd) return undefined;
  const waitMs = waitOf(attempt);
  const ends = refusals.map(({ endsAt }) => endsAt?.getTime() ?? decidedAt.getTime() + waitMs);
  const at = new Date(Math.max(...ends));
  return inTime(at, until);
}

/** Ends without an effect that say nothing about the fix: the target, or its executor, was not ready for it. */
const PASSING: ReadonlySet<string> = new Set([
  'target_busy',
  'control_silent',
  'expired',
  'never_started',
  'kill_switch',
  'freeze',
]);

/** When to decide again what was ordered and not done, or undefined where that would not help in time. */
export function retryAfterEndAt(
  code: string,
  { attempt, decidedAt: endedAt, until }: RetryRules,
): Date | undefined {
  if (!until || !PASSING.has(code)) return undefined;
  const at = new Date(endedAt.getTime() + waitOf(attempt));
  return inTime(at, until);
}

const inTime = (at: Date, until: Date): Date | undefined => (at <= until ? at : undefined);

const waitOf = (attempt: number): number => FIRST_WAIT_MS * 2 ** (attempt - 1);
