import type { CreateSilenceRequest, LiftSilenceRequest } from '#gen/belay/v1/decision_service.ts';
import { silenceKey } from '#lib/control/control-key.ts';
import { BelayError } from '#lib/errors.ts';
import { deriveId } from '#lib/ids.ts';
import type { Command, Known, Wanted } from './set-control.ts';
import { oneToLift, refusedNow } from './temporary.ts';

export function createSilence({ reason, service, until }: CreateSilenceRequest): Command {
  const silence = (known: Known): Wanted => ({
    key: silenceKey(deriveId('sil', known.id)),
    setting: { $case: 'silence', value: { lifted: false, service, until } },
  });
  return {
    method: 'CreateSilence',
    subject: `silence of ${service}`,
    reason,
    judge: (known) => refusedNow('silence', until, known) ?? silence(known),
  };
}

export function liftSilence({ reason, id }: LiftSilenceRequest): Command {
  return {
    method: 'LiftSilence',
    subject: silenceKey(id),
    reason,
    judge: (known) => {
      const found = oneToLift('silence', id, known);
      if (found instanceof BelayError) return found;
      const { control, value } = found;
      return { key: control.key, setting: { $case: 'silence', value: { ...value, lifted: true } } };
    },
  };
}
