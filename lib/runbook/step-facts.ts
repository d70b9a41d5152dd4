import { actionSpec } from './action-catalogue.ts';
import type { Runbook, Step } from './runbook.ts';

/** Whether a step leaves something that nothing in the runbook takes back. */
function isIrreversible(step: Step): boolean {
  return actionSpec(step.action)?.isReversible !== true && step.rollback === undefined;
}

export function irreversibleStep({ steps }: Runbook): Step | undefined {
  return steps.find(isIrreversible);
}

export function isReadOnly({ steps }: Runbook): boolean {
  return steps.every((step) => actionSpec(step.action)?.isReadOnly === true);
}

/** A machine may end up acting without a yes: by mode, or because silence counts as one. */
export function canActAlone({ decisionMode, approval }: Runbook): boolean {
  return decisionMode === 'auto_execute' || approval?.onLapse === 'approve';
}

/** With every retry. */
export function longestRunSeconds({ steps }: Runbook): number {
  return steps.reduce((sum, { timeoutSeconds, retries }) => sum + timeoutSeconds * (retries + 1), 0);
}
