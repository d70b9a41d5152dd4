import type { Runbook } from '../runbook.ts';
import { msToDuration } from '../schema/duration.ts';
import { error, type Finding, type LintRule, warning } from './lint-rule.ts';
import { irreversibleStep } from '../step-facts.ts';

/** Silence is no yes to what is risky or final. */
export const lapseApproves: LintRule = (runbook) => {
  if (runbook.approval?.onLapse !== 'approve') return [];
  const step = irreversibleStep(runbook);
  const why = runbook.risk === 'high' ? 'this is high risk' : step && `step ${step.id} cannot be undone`;
  if (!why) return [];
  const message = `${why}, so silence must not approve it, write escalate or deny`;
  return [error(['approval', 'onLapse'], 'lapse_approves', message)];
};

export const nobodyToAsk: LintRule = ({ approval, decisionMode }) => {
  if (approval || decisionMode !== 'approval_required') return [];
  const message = 'nobody is named who could approve, so every request lapses, add approval.approvers';
  return [error(['decisionMode'], 'no_approvers', message)];
};

export const quorumTooLarge: LintRule = ({ approval }) => {
  if (!approval || approval.approvers.some((approver) => approver.startsWith('group:'))) return [];
  const people = new Set(approval.approvers).size;
  if (approval.quorum <= people) return [];
  const message = `${approval.quorum} have to approve and only ${people} can, name more or lower it`;
  return [error(['approval', 'quorum'], 'quorum_too_large', message)];
};

/** Approving in the last second would start something that outlives the look at it by far. */
export const timeoutOutlastsApproval: LintRule = (runbook) => {
  const { approval, steps, verification } = runbook;
  if (!approval) return [];
  const limits = [
    ...steps.map(({ timeoutSeconds }, index) => ({ path: stepPath(index), timeoutSeconds })),
    { path: ['verification', 'timeoutSeconds'], timeoutSeconds: verification.timeoutSeconds },
  ];
  return limits
    .filter(({ timeoutSeconds }) => timeoutSeconds * 1_000 > approval.timerMs)
    .map(({ path, timeoutSeconds }) => outlasts(path, timeoutSeconds, approval));
};

const stepPath = (index: number): readonly (string | number)[] => ['steps', index, 'timeoutSeconds'];

function outlasts(
  path: Finding['path'],
  seconds: number,
  { timerMs }: NonNullable<Runbook['approval']>,
): Finding {
  const message = `${seconds} s is longer than the approval waits (${msToDuration(timerMs)}), shorten it or lengthen approval.timer`;
  return error(path, 'timeout_outlasts_approval', message);
}

export const approvalUnused: LintRule = ({ approval, decisionMode }) => {
  if (!approval || decisionMode === 'approval_required' || decisionMode === 'auto_execute') return [];
  const message = `nobody is asked while decisionMode is ${decisionMode}, remove it or write approval_required`;
  return [warning(['approval'], 'approval_unused', message)];
};
