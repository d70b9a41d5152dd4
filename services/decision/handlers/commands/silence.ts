import type { CreateSilenceRequest } from '#gen/belay/v1/decision_service.ts';
import { silenceKey } from '#lib/control/control-key.ts';
import { deriveId } from '#lib/ids.ts';
import type { Command, Known, Wanted } from './set-control.ts';
import { refusedNow } from './temporary.ts';

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
