import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import { roundUpToSecond } from '#lib/seconds.ts';

type Waiting = Pick<DecisionMade, 'retryAt' | 'attempt' | 'attemptsAllowed'>;

/** `tried again at 03:18:11Z (attempt 2 of 5)`. Empty where it is not. */
export function retryWords(
  { retryAt, attempt, attemptsAllowed }: Waiting,
  time: (at: Date) => string,
): string {
  if (!retryAt) return '';
  const which = attemptsAllowed > 0 ? ` (attempt ${attempt + 1} of ${attemptsAllowed})` : '';
  return `tried again at ${time(roundUpToSecond(retryAt))}${which}`;
}
