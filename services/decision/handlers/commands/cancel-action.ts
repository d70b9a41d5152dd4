import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import type { CancelActionRequest, CancelActionResponse } from '#gen/belay/v1/decision_service.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { commandGiven, recordRefused } from '#lib/platform/command-given.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Cases, Guardrails, OpenSlot } from '../../ports.ts';
import { cancelOf } from '../cancel-of.ts';
import { actionIdOf, issuedEvents } from '../order-of.ts';

export interface CancelActionOptions {
  readonly openSlots: Guardrails['openSlots'];
  readonly noteCancelled: Cases['cancelled'];
  readonly publish: Publish;
  /** Signs orders. */
  readonly publishSealed: Publish;
  readonly clock: Clock;
}

/** A person wants what was ordered not to begin. Answers when the log has the order for that. */
export async function cancelAction(
  { id, reason }: CancelActionRequest,
  call: CallContext,
  { openSlots, noteCancelled, publish, publishSealed, clock }: CancelActionOptions,
): Promise<CancelActionResponse> {
  const at = clock.now();
  const command = { name: 'DecisionService/CancelAction', subject: id, reason, at };
  const cancel = await recordRefused(command, call, publish, async () =>
    cancelOne(id, await openSlots(), `${call.actor.name}: ${reason}`, at),
  );
  const { ofActionId: actionId, decisionId, incidentId, target } = cancel;
  // However it ends now, late or never begun: nothing is tried in its place.
  await noteCancelled(decisionId, at);
  const told = commandGiven({ ...command, subject: actionId }, call);
  await publishSealed([...issuedEvents(cancel), told]);
  return { actionId, decisionId, incidentId, target, issuedAt: at };
}

function cancelOne(id: string, slots: readonly OpenSlot[], reason: string, at: Date): OrderIssued {
  const found = slots.filter(
    ({ decisionId }) => decisionId.startsWith(id) || actionIdOf(decisionId, 'execute').startsWith(id),
  );
  const [slot, ...more] = found;
  const cancel = slot && cancelOf(slot, reason, at);
  if (!cancel)
    throw new BelayError('not_found', `no action is under way with the id "${id}"`, {
      code: 'NO_SUCH_ACTION',
      why: 'only what is ordered and not over can be cancelled',
      next: 'see the incident for what became of it: belay incident show',
    });
  if (more.length > 0)
    throw new BelayError('invalid', `"${id}" is the beginning of ${found.length} actions`, {
      code: 'AMBIGUOUS_ID',
      field: 'id',
      next: 'give more of it',
    });
  return cancel;
}
