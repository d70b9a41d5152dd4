import type { ControlSet } from '#gen/belay/v1/control.ts';
import { ambiguousId } from '#lib/ambiguous-id.ts';
import { idInKey, type Setting } from '#lib/control/control-key.ts';
import { inForce } from '#lib/control/in-force.ts';
import { BelayError } from '#lib/errors.ts';
import type { Command, Known } from './set-control.ts';

type LiftedCase = 'freeze' | 'silence' | 'quarantine';

interface LiftRequest {
  readonly id: string;
  readonly reason: string;
}

/** Ends a setting before its time, or one that has none. What it said stays in the record of its end. */
const lift =
  (method: string, kind: LiftedCase) =>
  ({ id, reason }: LiftRequest): Command => ({
    method,
    subject: `${kind}/${id}`,
    reason,
    judge: (known) => {
      const found = oneToLift(kind, id, known);
      if (found instanceof BelayError) return found;
      const { key, setting } = found;
      return { key, setting: { ...setting, value: { ...setting?.value, lifted: true } } as Setting };
    },
  });

export const liftFreeze = lift('LiftFreeze', 'freeze');
export const liftSilence = lift('LiftSilence', 'silence');
export const liftQuarantine = lift('LiftQuarantine', 'quarantine');

/** The one with an id, or with a beginning of it that no other one has. */
function oneToLift(kind: LiftedCase, id: string, { controls, now }: Known): ControlSet | BelayError {
  const all = inForce(controls, kind, now).map(({ control }) => control);
  const exact = all.find(({ key }) => idInKey(key) === id);
  if (exact) return exact;
  const [only, ...others] = all.filter(({ key }) => id !== '' && idInKey(key).startsWith(id));
  if (!only) return notThere(kind, id);
  return others.length === 0
    ? only
    : ambiguousId(
        id,
        `${kind}s`,
        [only, ...others].map(({ key }) => idInKey(key)),
      );
}

function notThere(kind: LiftedCase, id: string): BelayError {
  return new BelayError('not_found', `no ${kind} is in force as ${JSON.stringify(id)}`, {
    code: `${kind.toUpperCase()}_NOT_FOUND`,
    field: 'id',
    why: 'it has ended, was lifted, or never was',
    next: `belay ${kind} list`,
  });
}
