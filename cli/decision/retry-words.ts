import type { DecisionMade } from '#gen/belay/v1/decision.ts';

type Waiting = Pick<DecisionMade, 'retryAt' | 'attempt' | 'attemptsAllowed'>;

/** `tried again at 03:18:11Z (attempt 2 of 5)`. Empty where it is not. */
export function retryWords(
  { retryAt, attempt, attemptsAllowed }: Waiting,
  time: (at: Date) => string,
): string {
  if (!retryAt) return '';
  const which = attemptsAllowed > 0 ? ` (attempt ${attempt + 1} of ${attemptsAllowed})` : '';
  return `tried again at ${time(roundUp(retryAt))}${which}`;
}

/** A time before which nothing will happen is never shown earlier than it is. */
const roundUp = (at: Date): Date => new Date(Math.ceil(at.getTime() / 1_000) * 1_000);
