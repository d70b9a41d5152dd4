import type { LiftQuarantineRequest } from '#gen/belay/v1/decision_service.ts';
import { BelayError } from '#lib/errors.ts';
import type { Command } from './set-control.ts';
import { oneToLift } from './temporary.ts';

export function liftQuarantine({ reason, id }: LiftQuarantineRequest): Command {
  return {
    method: 'LiftQuarantine',
    subject: `quarantine/${id}`,
    reason,
    judge: (known) => {
      const found = oneToLift('quarantine', id, known);
      if (found instanceof BelayError) return found;
      const { control, value } = found;
      return { key: control.key, setting: { $case: 'quarantine', value: { ...value, lifted: true } } };
    },
  };
}
