import { idInKey } from '#lib/control/control-key.ts';
import { type InForce, inForce } from '#lib/control/in-force.ts';
import { BelayError } from '#lib/errors.ts';
import type { Known } from './set-control.ts';

const LONGEST_DAYS = 30;
const LONGEST_MS = LONGEST_DAYS * 86_400_000;
/** The clock that reckoned the end is the caller's. */
const SKEW_MS = 60_000;
/** Nobody reads more, and everybody who looks has to. */
const MOST_AT_ONCE = 200;

type TemporaryCase = 'freeze' | 'silence';
type LiftedCase = TemporaryCase | 'quarantine';

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
  return new BelayError('conflict', `there are ${MOST_AT_ONCE} ${PLURALS[kind]} already`, {
    code: 'TOO_MANY_IN_FORCE',
    next: `lift what is over: belay ${kind} list`,
  });
}

/** The one with an id, or with a beginning of it that no other one has. */
export function oneToLift<K extends LiftedCase>(
  kind: K,
  id: string,
  { controls, now }: Known,
): InForce<K> | BelayError {
  const all = inForce(controls, kind, now);
  const idOf = ({ control }: InForce<K>) => idInKey(control.key);
  const exact = all.find((one) => idOf(one) === id);
  if (exact) return exact;
  const [only, ...others] = all.filter((one) => id !== '' && idOf(one).startsWith(id));
  if (!only) return notThere(kind, id);
  return others.length === 0 ? only : ambiguous(kind, id, [only, ...others].map(idOf));
}

const PLURALS: Readonly<Record<LiftedCase, string>> = {
  freeze: 'freezes',
  silence: 'silences',
  quarantine: 'quarantines',
};

function badUntil(what: string): BelayError {
  return new BelayError('invalid', `until: ${what}`, {
    code: 'UNTIL_INVALID',
    field: 'until',
    why: `what stops automation ends by itself, after at most ${LONGEST_DAYS} days`,
    next: 'give a time within them; it can be set again',
  });
}

function notThere(kind: LiftedCase, id: string): BelayError {
  return new BelayError('not_found', `no ${kind} is in force as ${JSON.stringify(id)}`, {
    code: `${kind.toUpperCase()}_NOT_FOUND`,
    field: 'id',
    why: 'it has ended, was lifted, or never was',
    next: `belay ${kind} list`,
  });
}

function ambiguous(kind: LiftedCase, id: string, ids: readonly string[]): BelayError {
  const more = ids.length > 5 ? ' and more' : '';
  return new BelayError('conflict', `${id} is the beginning of several ${PLURALS[kind]}`, {
    code: 'ID_AMBIGUOUS',
    field: 'id',
    why: `it could be ${ids.slice(0, 5).join(', ')}${more}`,
    next: 'give more of the id',
  });
}
