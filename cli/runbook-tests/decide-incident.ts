import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import type { DecisionMade, OrderIssued } from '#gen/belay/v1/decision.ts';
import type { Order } from '#gen/belay/v1/order.ts';
import { outgoing, type OutgoingEvent, type OutgoingOf } from '#lib/events/event.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import { applyControl, type ControlState, noControls } from '#lib/control/control-state.ts';
import { configSchema } from '../../services/decision/config.ts';
import { incidentReportedHandler } from '../../services/decision/handlers/incident-reported.ts';
import type { Guardrails } from '../../services/decision/ports.ts';
import { dataOf, deliver } from './deliver.ts';
import { type Scene, TARGET } from './scene.ts';

export interface Decided {
  readonly made: DecisionMade;
  /** Where something is to be done. */
  readonly issued: OrderIssued | undefined;
  readonly order: Order | undefined;
}

/** The incident through decision's own handler, with the defaults of its policy. */
export async function decideIncident(scene: Scene, guardrails: Guardrails): Promise<Decided> {
  const handler = incidentReportedHandler({
    guardrails,
    runbooks: scene.runbooks,
    controls: () => controlsOf(scene),
    targets: [TARGET],
    policy: POLICY,
  });
  const event = outgoing('IncidentReported', scene.incident) as OutgoingOf<'IncidentReported'>;
  return decidedBy(await deliver(handler, event, scene.now));
}

export function decidedBy(events: readonly OutgoingEvent[]): Decided {
  const made = dataOf(events, 'DecisionMade');
  // Every report ends in one, whatever it says.
  if (!made) throw new Error('decision said nothing about the incident');
  return { made, issued: dataOf(events, 'OrderIssued'), order: dataOf(events, 'Order') };
}

export const POLICY = configSchema.shape.policy.parse(undefined);

/** Of a system that is well: a heartbeat just came, and nobody has stopped it unless the test says so. */
export function controlsOf({ test, now }: Scene): ControlState {
  const { killSwitch } = test.controls;
  const reason = typeof killSwitch === 'string' ? killSwitch : '';
  const state = killSwitch === false ? KillSwitchState.RELEASED : KillSwitchState.STOP_NEW;
  const setting = { $case: 'killSwitch', value: { state } } as const;
  const control = ControlSet.fromPartial({ key: killSwitchKey(''), setting, reason });
  return applyControl({ ...noControls, heartbeatAt: now }, control);
}
