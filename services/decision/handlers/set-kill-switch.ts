import { type ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import type { Clock } from '#lib/clock.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { BelayError } from '#lib/errors.ts';
import { outgoing } from '#lib/events/event.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { deriveId } from '#lib/ids.ts';
import type { Publish } from '#lib/platform/publisher.ts';

export interface SetKillSwitchOptions {
  readonly publish: Publish;
  readonly controls: () => ControlState;
  /** Those that an executor serves. */
  readonly targets: readonly string[];
  readonly clock: Clock;
}

interface Wanted {
  readonly reason: string;
  readonly target: string;
  readonly state: KillSwitchState;
}

/** Answers when the log has it: from then on every executor that beats along sees it within seconds. */
export async function setKillSwitch(
  wanted: Wanted,
  call: CallContext,
  options: SetKillSwitchOptions,
): Promise<ControlSet> {
  const { reason, target, state } = wanted;
  if (reason.trim() === '') throw reasonMissing();
  if (!canBeSet(wanted, options)) throw unknownTarget(target, options.targets);
  const now = options.clock.now();
  const actor = toActor(call.actor);
  const control: ControlSet = {
    key: killSwitchKey(target),
    setting: { $case: 'killSwitch', value: { state, target } },
    actor,
    reason,
    setAt: now,
  };
  const verb = state === KillSwitchState.RELEASED ? 'ReleaseKillSwitch' : 'EngageKillSwitch';
  await options.publish([
    outgoing('ControlSet', control),
    outgoing('CommandGiven', {
      actor,
      command: `DecisionService/${verb}`,
      subject: control.key,
      reason,
      result: 'ok',
      givenAt: now,
      commandId: deriveId('cmd', call.requestId, control.key, now.toISOString()),
    }),
  ]);
  return control;
}

/** A switch for nothing would look like one that stops something. What is engaged can be released in any case. */
function canBeSet({ target, state }: Wanted, { targets, controls }: SetKillSwitchOptions): boolean {
  if (target === '' || targets.includes(target)) return true;
  const known = controls().killSwitches.get(target)?.state ?? KillSwitchState.RELEASED;
  return state === KillSwitchState.RELEASED && known !== KillSwitchState.RELEASED;
}

function reasonMissing(): BelayError {
  return new BelayError('invalid', 'a reason is needed', {
    code: 'REASON_MISSING',
    field: 'reason',
    why: 'whoever finds production stopped, or running again, has to know why',
  });
}

function unknownTarget(target: string, targets: readonly string[]): BelayError {
  return new BelayError('invalid', `there is no target ${JSON.stringify(target)}`, {
    code: 'TARGET_UNKNOWN',
    field: 'target',
    why: `no executor serves it; the targets are ${targets.join(', ')}`,
    next: 'name one of them, or leave the target out: that is all of them',
  });
}
