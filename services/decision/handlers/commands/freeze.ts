import type { CreateFreezeRequest } from '#gen/belay/v1/decision_service.ts';
import { freezeKey } from '#lib/control/control-key.ts';
import { frozenWhat } from '#lib/control/control-words.ts';
import { BelayError } from '#lib/errors.ts';
import { deriveId } from '#lib/ids.ts';
import { unknownTarget } from './known-target.ts';
import type { Command, Known, Wanted } from './set-control.ts';
import { refusedNow } from './temporary.ts';

export function createFreeze(request: CreateFreezeRequest): Command {
  const { reason, namespace, service, target, until } = request;
  const freeze = (known: Known): Wanted => ({
    key: freezeKey(deriveId('frz', known.id)),
    setting: { $case: 'freeze', value: { lifted: false, namespace, service, target, until } },
  });
  return {
    method: 'CreateFreeze',
    subject: `freeze of ${frozenWhat(request)}`,
    reason,
    judge: (known) =>
      unclearScope(request) ??
      unknownTarget(target, known) ??
      refusedNow('freeze', until, known) ??
      freeze(known),
  };
}

/** An empty variable in a script must not become everything. */
function unclearScope({ all, ...request }: CreateFreezeRequest): BelayError | undefined {
  const isEverything = frozenWhat({ namespace: '', service: '', target: '' }) === frozenWhat(request);
  if (all === isEverything) return undefined;
  return new BelayError('invalid', all ? 'all, and one thing of it' : 'nothing is named to be frozen', {
    code: 'SCOPE_UNCLEAR',
    field: 'all',
    next: 'name a namespace, a service or a target, or everything by `all`',
  });
}
