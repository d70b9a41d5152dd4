import { CheckResult, Mode } from '#gen/belay/v1/common.ts';
import {
  type DecisionClosed,
  type DecisionMade,
  DecisionOutcome,
  type OrderIssued,
  OrderPhase,
} from '#gen/belay/v1/decision.ts';
import { roundUpToSecond } from '#lib/seconds.ts';
import { clockTime, enumWord, notDone, spoken, withDetail } from '../../domain/wording.ts';
import type { DescribersOf } from './description.ts';
import { resourceText, riskText, runbookText } from './pieces.ts';

export const describeDecision: DescribersOf<'DecisionMade' | 'OrderIssued' | 'DecisionClosed'> = {
  DecisionMade: (data) => ({
    outcome: data.code,
    text: decisionText(data),
    service: data.service,
    runbook: data.runbook,
  }),
  OrderIssued: (data) => ({
    outcome: `${enumWord(OrderPhase, data.phase)}_ordered`,
    text: orderText(data),
    service: data.plan?.service,
    runbook: data.runbook,
  }),
  DecisionClosed: (data) => ({ outcome: enumWord(DecisionOutcome, data.outcome), text: closedText(data) }),
};

function decisionText(data: DecisionMade): string {
  const { mode, wouldHave, runbook, summary } = data;
  switch (mode) {
    case Mode.AUTO_EXECUTE:
      return `decided auto_execute: ${[runbookText(runbook), `${riskText(data.risk)} risk`, passedText(data)].filter(Boolean).join(', ')}`;
    case Mode.BLOCKED:
      return `${notDone(refusalsOf(data) || summary)}${retryText(data)}${toldText(data)}`;
    case Mode.OBSERVE:
      return `observed only: ${runbookText(runbook) || 'no runbook'} would have been ${enumWord(Mode, wouldHave)}. Nothing changed.`;
    default:
      return `decided ${enumWord(Mode, mode)}. ${summary}`;
  }
}

function passedText({ checks }: DecisionMade): string {
  const passed = checks.filter(({ result }) => result === CheckResult.PASS).length;
  return `${passed} of ${checks.length} checks passed`;
}

function refusalsOf({ checks }: DecisionMade): string {
  const refused = checks.filter(({ result }) => result === CheckResult.REFUSE);
  return refused.map(({ name, reason }) => reason || name).join('; ');
}

/** Why it is not done is why it is tried again: only what passes by itself is waited for. */
function retryText({ retryAt, decidedAt, attempt, attemptsAllowed }: DecisionMade): string {
  if (!retryAt) return '';
  const which = attemptsAllowed > 0 ? ` (attempt ${attempt + 1} of ${attemptsAllowed})` : '';
  return ` To be tried again at ${clockTime(roundUpToSecond(retryAt), decidedAt)}${which}, because that passes.`;
}

function orderText(data: OrderIssued): string {
  const { phase, target, plan, runbook, ofActionId, actBefore, issuedAt } = data;
  const what = runbookText(runbook) || 'a plan';
  const where = [target, resourceText(plan?.resource)].filter(Boolean).join(', ');
  const before = `to begin before ${clockTime(actBefore, issuedAt)}`;
  switch (phase) {
    case OrderPhase.PLAN:
      return `asked for the plan of ${what} on ${where}; nothing changes by that`;
    case OrderPhase.EXECUTE:
      return `ordered ${what} on ${where}, ${before}`;
    case OrderPhase.ROLLBACK:
      return withDetail(`ordered to undo ${ofActionId || 'an action'} on ${where}, ${before}`, data.reason);
    case OrderPhase.CANCEL:
      return withDetail(`ordered not to begin ${ofActionId || 'an action'} on ${where}`, data.reason);
    default:
      return `ordered something that this version does not know on ${where}`;
  }
}

function closedText({ outcome, reason, escalate }: DecisionClosed): string {
  const closed = withDetail(`closed as ${spoken(enumWord(DecisionOutcome, outcome))}`, reason);
  return `${closed}${toldText({ escalate })}`;
}

const toldText = ({ escalate }: { readonly escalate: string }): string =>
  escalate === '' ? '' : ` (${escalate})`;
