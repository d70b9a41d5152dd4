import { type ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import type { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import type { Clock } from '#lib/clock.ts';
import { type ControlState, killSwitchKey } from '#lib/control/control-state.ts';
import { BelayError } from '#lib/errors.ts';
import { outgoing } from '#lib/events/event.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { AccessRules, CallContext, Handlers } from '#lib/grpc/service-methods.ts';
import { deriveId } from '#lib/ids.ts';
import type { Publish } from '#lib/platform/publisher.ts';

type Service = typeof DecisionServiceService;

export interface DecisionServiceOptions {
  readonly publish: Publish;
  readonly controls: () => ControlState;
  readonly clock: Clock;
}

/** Whoever sees that something is wrong may stop it; letting it go on is for operators. */
export const decisionAccess: AccessRules<Service> = {
  engageKillSwitch: 'responder',
  releaseKillSwitch: 'operator',
  getControls: 'viewer',
};

export function decisionService(options: DecisionServiceOptions): Handlers<Service> {
  return {
    engageKillSwitch: async ({ reason, target, state }, call) => {
      const wanted = state === KillSwitchState.STOP_ALL ? state : KillSwitchState.STOP_NEW;
      return { control: await setKillSwitch({ reason, target, state: wanted }, call, options) };
    },
    releaseKillSwitch: async ({ reason, target }, call) => ({
      control: await setKillSwitch({ reason, target, state: KillSwitchState.RELEASED }, call, options),
    }),
    getControls: async () => ({ controls: controlsOf(options.controls()), readAt: options.clock.now() }),
  };
}

interface Wanted {
  readonly reason: string;
  readonly target: string;
  readonly state: KillSwitchState;
}

/** Answers when the log has it: from then on every executor that beats along sees it within seconds. */
async function setKillSwitch(
  wanted: Wanted,
  call: CallContext,
  options: DecisionServiceOptions,
): Promise<ControlSet> {
  const { reason, target, state } = wanted;
  if (reason.trim() === '') {
    throw new BelayError('invalid', 'a reason is needed', {
      code: 'REASON_MISSING',
      field: 'reason',
      why: 'whoever finds production stopped, or running again, has to know why',
    });
  }
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

function controlsOf({ killSwitches, heartbeatAt }: ControlState): ControlSet[] {
  const switches = [...killSwitches].map(
    ([target, { state, reason }]): ControlSet => ({
      key: killSwitchKey(target),
      setting: { $case: 'killSwitch', value: { state, target } },
      actor: undefined,
      reason,
      setAt: undefined,
    }),
  );
  if (!heartbeatAt) return switches;
  const setting = { $case: 'heartbeat', value: { beatAt: heartbeatAt } } as const;
  return [...switches, { key: 'heartbeat', setting, actor: undefined, reason: '', setAt: heartbeatAt }];
}
