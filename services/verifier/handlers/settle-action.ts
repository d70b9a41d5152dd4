import { ResolvedAs } from '#gen/belay/v1/verification.ts';
import type { SettleActionRequest, SettleActionResponse } from '#gen/belay/v1/verification_service.ts';
import type { Clock } from '#lib/clock.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { type Command, commandGiven, recordRefused } from '#lib/platform/command-given.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import { resolve } from '../domain/resolve.ts';
import type { Resolved, WatchIds } from '../domain/watch.ts';
import type { NamedWatches, Watches } from '../ports.ts';
import { oneNamed } from './one-named.ts';
import { resolutionRefused } from './resolution-refused.ts';
import { resolutionEvent } from './to-events.ts';

export interface SettleActionOptions {
  readonly watches: Watches & NamedWatches;
  /** For what was refused: what was done goes out with its row. */
  readonly publish: Publish;
  readonly clock: Clock;
}

/** A person says what nobody could tell. Answers when it is written down; from then on it is said until it is heard. */
export async function settleAction(
  { id, outcome, reason }: SettleActionRequest,
  call: CallContext,
  { watches, publish, clock }: SettleActionOptions,
): Promise<SettleActionResponse> {
  const at = clock.now();
  const command = { name: 'VerificationService/SettleAction', subject: id, reason, at };
  const verdict: Resolved = {
    outcome: outcome === ResolvedAs.DONE ? 'done' : 'not_done',
    by: call.actor.name,
    reason,
    at,
  };
  return recordRefused(command, call, publish, async () => {
    const found = await oneNamed(watches, id);
    const resolved = await settleOne(found, verdict, { ...command, subject: found.actionId }, call, watches);
    const { actionId, decisionId, incidentId, target } = found;
    return { actionId, decisionId, incidentId, target, outcome, resolvedAt: resolved.at };
  });
}

/** What is refused is thrown: nothing of the row changes then, and what it waits for stays due. */
async function settleOne(
  ids: WatchIds,
  verdict: Resolved,
  command: Command,
  call: CallContext,
  watches: Watches,
): Promise<Resolved> {
  let stands = verdict;
  await watches.advance(ids, (watch) => {
    const next = resolve(watch, verdict);
    if (next.type === 'refused') throw resolutionRefused(ids.actionId, next.because);
    stands = next.resolved;
    const told = commandGiven(command, call);
    if (next.type === 'stands') return { watch, events: [told], lookAgainAt: undefined };
    const resolved = { ...watch, resolved: stands };
    return {
      watch: resolved,
      events: [resolutionEvent(resolved, stands, call.actor), told],
      lookAgainAt: undefined,
    };
  });
  return stands;
}
