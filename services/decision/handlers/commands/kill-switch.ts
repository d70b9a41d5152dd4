import type { EngageKillSwitchRequest, ReleaseKillSwitchRequest } from '#gen/belay/v1/decision_service.ts';
import { KillSwitchState } from '#gen/belay/v1/control.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import { engagedSwitches } from '#lib/control/control-state.ts';
import { unknownTarget } from './known-target.ts';
import type { Command, Known, Wanted } from './set-control.ts';

export function engageKillSwitch({ reason, target, state }: EngageKillSwitchRequest): Command {
  const wanted = state === KillSwitchState.STOP_ALL ? state : KillSwitchState.STOP_NEW;
  return {
    method: 'EngageKillSwitch',
    subject: killSwitchKey(target),
    reason,
    judge: (known) => unknownTarget(target, known) ?? killSwitch(target, wanted),
  };
}

/** What is engaged can be released in any case, also for a target that is gone since. */
export function releaseKillSwitch({ reason, target }: ReleaseKillSwitchRequest): Command {
  const released = killSwitch(target, KillSwitchState.RELEASED);
  return {
    method: 'ReleaseKillSwitch',
    subject: killSwitchKey(target),
    reason,
    judge: (known) => (isEngaged(target, known) ? released : (unknownTarget(target, known) ?? released)),
  };
}

const killSwitch = (target: string, state: KillSwitchState): Wanted => ({
  key: killSwitchKey(target),
  setting: { $case: 'killSwitch', value: { state, target } },
});

const isEngaged = (target: string, { controls }: Known): boolean =>
  engagedSwitches(controls, target).some((engaged) => engaged.target === target);
