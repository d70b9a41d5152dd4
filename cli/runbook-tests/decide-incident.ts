import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import { applyControl, type ControlState, noControls } from '#lib/control/control-state.ts';
import type { Guardrails } from '../../services/decision/ports.ts';
import { type Decided, decideReport } from '../play/decide-report.ts';
import { DEFAULT_POLICY } from '../play/policy.ts';
import { type Scene, TARGET } from './scene.ts';

/** The incident as decision would decide it with the defaults of its policy. */
export function decideIncident(scene: Scene, guardrails: Guardrails): Promise<Decided> {
  const { incident, runbooks, now } = scene;
  const controls = () => controlsOf(scene);
  const options = {
    guardrails,
    runbooks: () => runbooks,
    controls,
    targets: [TARGET],
    policy: DEFAULT_POLICY,
  };
  return decideReport(incident, options, now);
}

/** Of a system that is well: a heartbeat just came, and nobody has stopped it unless the test says so. */
export function controlsOf({ test, now }: Scene): ControlState {
  const { killSwitch } = test.controls;
  const reason = typeof killSwitch === 'string' ? killSwitch : '';
  const state = killSwitch === false ? KillSwitchState.RELEASED : KillSwitchState.STOP_NEW;
  const setting = { $case: 'killSwitch', value: { state } } as const;
  const control = ControlSet.fromPartial({ key: killSwitchKey(''), setting, reason });
  return applyControl({ ...noControls, heartbeatAt: now }, control);
}
