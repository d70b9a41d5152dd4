import { KillSwitchState } from '#gen/belay/v1/control.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import type { Order } from '#gen/belay/v1/order.ts';
import { type ControlState, engagedSwitches } from './control-state.ts';
import { frozenWhat, resourceWords, untilWords, whyOf } from './control-words.ts';
import { freezesOver, quarantinesOf, type Touched, unknownSettings } from './in-force.ts';

export interface Refusal {
  readonly ok: false;
  readonly code: 'kill_switch' | 'freeze' | 'quarantined' | 'control_unknown' | 'control_silent';
  readonly reason: string;
}

export type Permission = { readonly ok: true } | Refusal;

/** All of an order that controls are about. */
export interface Ordered extends Pick<Order, 'target' | 'phase' | 'plan'> {
  /** Kind/namespace/name of the workload that the target shows, once it was looked at. */
  readonly workload?: string;
}

/** Executors stop when the newest heartbeat is older than this. */
const HEARTBEAT_LIMIT_MS = 10_000;

/** Whether the effect of an order may begin. Rollbacks finish under a freeze and under `stop-new`. */
export function mayBegin(controls: ControlState, order: Ordered, now: Date): Permission {
  return (
    stopped(controls, order) ??
    frozen(controls, order, now) ??
    quarantined(controls, order, now) ??
    unknown(controls) ??
    silent(controls, now) ?? { ok: true }
  );
}

const isRollback = ({ phase }: Ordered): boolean => phase === OrderPhase.ROLLBACK;

function stopped(controls: ControlState, order: Ordered): Refusal | undefined {
  const engaged = engagedSwitches(controls, order.target).find(
    ({ state }) => !(isRollback(order) && state === KillSwitchState.STOP_NEW),
  );
  if (!engaged) return undefined;
  return refused('kill_switch', `the kill switch is engaged: ${engaged.reason || 'no reason given'}`);
}

function frozen(controls: ControlState, order: Ordered, now: Date): Refusal | undefined {
  if (isRollback(order)) return undefined;
  const { target, plan } = order;
  const place = { target, namespace: plan?.resource?.namespace ?? '', service: plan?.service ?? '' };
  const [freeze] = freezesOver(controls, place, now);
  if (!freeze) return undefined;
  const { value, control } = freeze;
  const what = `${frozenWhat(value)} is frozen${untilWords(value.until)}`;
  return refused('freeze', `${what}: ${whyOf(control)}`);
}

function quarantined(controls: ControlState, order: Ordered, now: Date): Refusal | undefined {
  const [quarantine] = quarantinesOf(controls, touchedBy(order), now);
  if (!quarantine) return undefined;
  const { value, control } = quarantine;
  const since = value.actionId === '' ? '' : ` since ${value.actionId}`;
  return refused(
    'quarantined',
    `${resourceWords(value.resource)} is in quarantine${since}: ${whyOf(control)}`,
  );
}

function touchedBy({ target, plan, workload = '' }: Ordered): Touched[] {
  const { kind = '', namespace = '', name = '' } = plan?.resource ?? {};
  const [ownerKind = '', ownerNamespace = '', ownerName = ''] = workload.split('/');
  const resource = { target, kind, namespace, name };
  if (ownerName === '') return [resource];
  return [resource, { target, kind: ownerKind, namespace: ownerNamespace, name: ownerName }];
}

function unknown(controls: ControlState): Refusal | undefined {
  const [setting] = unknownSettings(controls);
  if (!setting) return undefined;
  const reason = `control has a setting that this version does not know (${setting.key})`;
  return refused('control_unknown', `${reason}; upgrade it`);
}

function silent({ heartbeatAt }: ControlState, now: Date): Refusal | undefined {
  const ageMs = heartbeatAt ? now.getTime() - heartbeatAt.getTime() : Number.POSITIVE_INFINITY;
  // A beat from the future is as little worth as none: one of the clocks is wrong.
  if (Math.abs(ageMs) <= HEARTBEAT_LIMIT_MS) return undefined;
  return refused('control_silent', `no heartbeat on control within ${HEARTBEAT_LIMIT_MS / 1_000} s`);
}

const refused = (code: Refusal['code'], reason: string): Refusal => ({ ok: false, code, reason });
