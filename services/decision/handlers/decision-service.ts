import { z } from 'zod';
import { type ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import type { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import type { AccessRules, Handlers, RequestSchemas } from '#lib/grpc/service-methods.ts';
import { line, reason } from '#lib/text-rules.ts';
import { type SetKillSwitchOptions, setKillSwitch } from './set-kill-switch.ts';

type Service = typeof DecisionServiceService;

/** Whoever sees that something is wrong may stop it; letting it go on is for operators. */
export const decisionAccess: AccessRules<Service> = {
  engageKillSwitch: 'responder',
  releaseKillSwitch: 'operator',
  getControls: 'viewer',
};

/** A switch can be released by any name that it was engaged by. The handler knows which those are. */
export const decisionSchemas: RequestSchemas<Service> = {
  engageKillSwitch: z.looseObject({ reason, target: line(253) }),
  releaseKillSwitch: z.looseObject({ reason }),
};

export function decisionService(options: SetKillSwitchOptions): Handlers<Service> {
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
