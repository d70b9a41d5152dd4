import type { ResetBreakerRequest } from '#gen/belay/v1/decision_service.ts';
import type { ControlSet } from '#gen/belay/v1/control.ts';
import type { Clock } from '#lib/clock.ts';
import { breakerKey } from '#lib/control/control-key.ts';
import { outgoing } from '#lib/events/event.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { commandGiven, recordRefused } from '#lib/platform/command-given.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Guardrails } from '../../ports.ts';
import { unknownRunbook } from './runbook.ts';
import { reasonMissing } from './set-control.ts';

export interface ResetBreakerOptions {
  readonly guardrails: () => Pick<Guardrails, 'breakers' | 'resetBreaker'>;
  readonly runbooks: () => readonly string[];
  readonly publish: Publish;
  readonly clock: Clock;
}

/**
 * Said first and done then: whoever ends between the two has said it, and the next look at the breakers does it. A
 * store that cannot answer refuses before anything is said.
 */
export async function resetBreaker(
  { runbook, reason }: ResetBreakerRequest,
  call: CallContext,
  { guardrails, runbooks, publish, clock }: ResetBreakerOptions,
): Promise<ControlSet> {
  const now = clock.now();
  const key = breakerKey(runbook);
  const command = { name: 'DecisionService/ResetBreaker', subject: key, reason, at: now };
  return recordRefused(command, call, publish, async () => {
    if (reason.trim() === '') throw reasonMissing();
    const store = guardrails();
    const [before] = await store.breakers([runbook]);
    const isKnown = before !== undefined && (before.openedAtMs > 0 || before.failures > 0);
    const unknown = isKnown ? undefined : unknownRunbook(runbook, { runbooks: runbooks() });
    if (unknown) throw unknown;
    // The clock of whoever settled may be ahead: what is open now is what is meant.
    const at = new Date(Math.max(now.getTime(), (before?.openedAtMs ?? 0) + 1, (before?.resetAtMs ?? 0) + 1));
    const value = { lifted: true, runbook, actionId: '', resetAt: at };
    const actor = toActor(call.actor);
    const control: ControlSet = { key, setting: { $case: 'breakerOpen', value }, actor, reason, setAt: at };
    await publish([outgoing('ControlSet', control), commandGiven(command, call)]);
    await store.resetBreaker({ runbook, at });
    return control;
  });
}
