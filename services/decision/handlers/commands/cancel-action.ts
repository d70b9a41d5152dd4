import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import type { CancelActionRequest, CancelActionResponse } from '#gen/belay/v1/decision_service.ts';
import { ambiguousId } from '#lib/ambiguous-id.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { commandGiven, recordRefused } from '#lib/platform/command-given.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Case } from '../../domain/cases/case.ts';
import type { Cases, Guardrails, OpenSlot } from '../../ports.ts';
import { cancelOf } from '../cancel-of.ts';
import { stepOf } from '../case-events.ts';
import { readDraft } from '../draft.ts';
import { actionIdOf, issuedEvents } from '../order-of.ts';

export interface CancelActionOptions {
  readonly openSlots: Guardrails['openSlots'];
  readonly cases: () => Pick<Cases, 'cancelled' | 'findRetrying' | 'advance'>;
  readonly publish: Publish;
  /** Signs orders. */
  readonly publishSealed: Publish;
  readonly clock: Clock;
}

/**
 * A person wants what was ordered not to begin, or what waits not to be tried again. Answers when the log has the
 * order for the one, or the store the end of the other.
 */
export async function cancelAction(
  { id, reason }: CancelActionRequest,
  call: CallContext,
  options: CancelActionOptions,
): Promise<CancelActionResponse> {
  const at = options.clock.now();
  const wish = { id, words: `${call.actor.name}: ${reason}`, at };
  const command = { name: 'DecisionService/CancelAction', subject: id, reason, at };
  const cancelled = await recordRefused(command, call, options.publish, () => cancelOne(wish, options));
  const { answer, cancel } = cancelled;
  const told = commandGiven({ ...command, subject: answer.actionId || answer.decisionId }, call);
  await options.publishSealed([...(cancel ? issuedEvents(cancel) : []), told]);
  return answer;
}

interface Wish {
  readonly id: string;
  /** Who and why. */
  readonly words: string;
  readonly at: Date;
}

interface Cancelled {
  readonly answer: CancelActionResponse;
  /** Where it is under way. */
  readonly cancel: OrderIssued | undefined;
}

async function cancelOne(wish: Wish, options: CancelActionOptions): Promise<Cancelled> {
  const isMeant = ({ decisionId }: OpenSlot) =>
    decisionId.startsWith(wish.id) || actionIdOf(decisionId, 'execute').startsWith(wish.id);
  const slots = (await options.openSlots()).filter(isMeant);
  const waiting = await options.cases().findRetrying(wish.id);
  const meant = [...slots, ...waiting].map(({ decisionId }) => decisionId);
  if (meant.length > 1) throw ambiguousId(wish.id, 'actions or decisions', meant);
  const [slot] = slots;
  const cancel = slot && cancelOf(slot, wish.words, wish.at);
  if (cancel) return callBack(cancel, wish, options);
  const [retry] = waiting;
  return { answer: await dropRetry(retry, wish, options), cancel: undefined };
}

/** However it ends now, late or never begun: nothing is tried in its place. */
async function callBack(cancel: OrderIssued, wish: Wish, options: CancelActionOptions): Promise<Cancelled> {
  const { ofActionId: actionId, decisionId, incidentId, target } = cancel;
  const cases = options.cases();
  await cases.cancelled(decisionId, wish.at);
  // It may have ended between the look at it and the note, and wait already.
  for (const retry of await cases.findRetrying(decisionId)) await drop(retry, wish, options);
  const answer = { actionId, decisionId, incidentId, target, issuedAt: wish.at, retryDropped: false };
  return { answer, cancel };
}

async function dropRetry(
  retry: Case | undefined,
  wish: Wish,
  options: CancelActionOptions,
): Promise<CancelActionResponse> {
  if (!retry || !(await drop(retry, wish, options))) throw notUnderWay(wish.id);
  const { decisionId, incidentId, record, after } = retry;
  const target = readDraft(record).issued?.target ?? '';
  const actionId = after?.actionId ?? '';
  return { actionId, decisionId, incidentId, target, issuedAt: wish.at, retryDropped: true };
}

/**
 * Noted first: whoever decides it again at this moment looks behind that, and calls back what comes of it. Returns
 * whether it was not over before.
 */
async function drop(
  { decisionId }: Case,
  { words, at }: Wish,
  { cases }: CancelActionOptions,
): Promise<boolean> {
  await cases().cancelled(decisionId, at);
  const step = stepOf({ type: 'cancelled', reason: `cancelled by ${words}` }, at);
  const { ending } = (await cases().advance(decisionId, step)) ?? {};
  return ending === undefined || ending.as === 'cancelled';
}

const notUnderWay = (id: string): BelayError =>
  new BelayError('not_found', `no action is under way with the id "${id}"`, {
    code: 'NO_SUCH_ACTION',
    why: 'only what is ordered and not over, or waits to be tried again, can be cancelled',
    field: 'id',
    next: 'belay decision list, which has the ids',
  });
