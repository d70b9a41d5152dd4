import { OrderPhase } from '#gen/belay/v1/decision.ts';
import type { ControlSet } from '#gen/belay/v1/control.ts';
import { inForce } from '#lib/control/in-force.ts';
import { mayBegin } from '#lib/control/may-begin.ts';
import type { Cell } from '../frame/table.ts';
import type { KnownControls } from './read-controls.ts';

export interface TargetState {
  readonly name: string;
  readonly mayAct: boolean;
  /** Of an executor's refusal. Empty where it may act. */
  readonly code: string;
  readonly reason: string;
  /** Freezes of a part of it, and quarantines. */
  readonly within: readonly ControlSet[];
}

/** By what its executor asks: whether an action on nothing in particular might begin. */
export function targetState(name: string, { controls, readAt }: KnownControls): TargetState {
  const answer = mayBegin(controls, { target: name, phase: OrderPhase.EXECUTE, plan: undefined }, readAt);
  const isPart = ({ namespace, service, target }: Record<'namespace' | 'service' | 'target', string>) =>
    (namespace !== '' || service !== '') && (target === '' || target === name);
  const freezes = inForce(controls, 'freeze', readAt).filter(({ value }) => isPart(value));
  const quarantines = inForce(controls, 'quarantine', readAt).filter(
    ({ value }) => value.resource?.target === name,
  );
  const within = [...freezes, ...quarantines].map(({ control }) => control);
  const refusal = answer.ok ? { code: '', reason: '' } : { code: answer.code, reason: answer.reason };
  return { name, mayAct: answer.ok, ...refusal, within };
}

export function stateCell({ mayAct, within }: TargetState): Cell {
  if (!mayAct) return { text: 'STOPPED', tone: 'bad' };
  return within.length > 0 ? 'acts in part' : { text: 'may act', tone: 'good' };
}
