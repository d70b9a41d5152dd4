import { inForce } from '#lib/control/in-force.ts';
import { BelayError } from '#lib/errors.ts';
import type { Known } from './set-control.ts';

const LONGEST_DAYS = 30;
const LONGEST_MS = LONGEST_DAYS * 86_400_000;
/** The clock that reckoned the end is the caller's. */
const SKEW_MS = 60_000;
/** Nobody reads more, and everybody who looks has to. */
const MOST_AT_ONCE = 200;

type TemporaryCase = 'freeze' | 'silence';

/** Why a freeze or silence cannot be made now, whatever it is of. */
export function refusedNow(
  kind: TemporaryCase,
  until: Date | undefined,
  { controls, now }: Known,
): BelayError | undefined {
  const aheadMs = (until?.getTime() ?? Number.NaN) - now.getTime();
  if (!(aheadMs > 0)) return badUntil('is missing, or not in the future');
  if (aheadMs > LONGEST_MS + SKEW_MS) return badUntil(`is more than ${LONGEST_DAYS} days ahead`);
  if (inForce(controls, kind, now).length < MOST_AT_ONCE) return undefined;
  return new BelayError('conflict', `there are ${MOST_AT_ONCE} ${kind}s already`, {
    code: 'TOO_MANY_IN_FORCE',
    next: `lift what is over: belay ${kind} list`,
  });
}

function badUntil(what: string): BelayError {
  return new BelayError('invalid', `until: ${what}`, {
    code: 'UNTIL_INVALID',
    field: 'until',
    why: `what stops automation ends by itself, after at most ${LONGEST_DAYS} days`,
    next: 'give a time within them; it can be set again',
  });
}
