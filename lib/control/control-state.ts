import type { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { KillSwitchState as State } from '#gen/belay/v1/control.ts';
import { isKeyOf } from './control-key.ts';

/** The switches as the newest record of each key says. What was never said is unknown, and unknown means stop. */
export interface ControlState {
  /** By target; '' is every target. */
  readonly killSwitches: ReadonlyMap<string, KillSwitch>;
  readonly heartbeatAt: Date | undefined;
}

export interface KillSwitch {
  readonly state: KillSwitchState;
  readonly reason: string;
}

export const noControls: ControlState = { killSwitches: new Map(), heartbeatAt: undefined };

/** Executors stop when the newest heartbeat is older than this. */
const HEARTBEAT_LIMIT_MS = 10_000;

/** A record under the key of another setting changes nothing: what it says would end with the next of that key. */
export function applyControl(controls: ControlState, control: ControlSet): ControlState {
  if (!isKeyOf(control)) return controls;
  const { setting, reason } = control;
  switch (setting?.$case) {
    case 'killSwitch': {
      const { state, target } = setting.value;
      const killSwitches = new Map(controls.killSwitches).set(target, { state, reason });
      return { ...controls, killSwitches };
    }
    case 'heartbeat':
      return { ...controls, heartbeatAt: setting.value.beatAt };
    default:
      return controls;
  }
}

export type Permission =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'kill_switch' | 'control_silent'; readonly reason: string };

/** Whether something new may begin on a target. */
export function mayBegin(controls: ControlState, target: string, now: Date): Permission {
  const engaged = engagedSwitch(controls, target);
  if (engaged) {
    const reason = `the kill switch is engaged: ${engaged.reason || 'no reason given'}`;
    return { ok: false, code: 'kill_switch', reason };
  }
  const age = controls.heartbeatAt
    ? now.getTime() - controls.heartbeatAt.getTime()
    : Number.POSITIVE_INFINITY;
  // A beat from the future is as little worth as none: one of the clocks is wrong.
  if (Math.abs(age) <= HEARTBEAT_LIMIT_MS) return { ok: true };
  return {
    ok: false,
    code: 'control_silent',
    reason: `no heartbeat on control within ${HEARTBEAT_LIMIT_MS / 1_000} s`,
  };
}

/** Undefined when nothing stops the target. */
export function engagedSwitch(controls: ControlState, target: string): KillSwitch | undefined {
  return ['', target]
    .map((key) => controls.killSwitches.get(key))
    .find((s) => s !== undefined && s.state !== State.RELEASED);
}
