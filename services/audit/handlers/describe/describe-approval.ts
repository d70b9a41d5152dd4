import { ApprovalAnswer, type ApprovalRequested, LapsePolicy } from '#gen/belay/v1/decision.ts';
import { clockTime, withDetail } from '../../domain/wording.ts';
import type { DescribersOf } from './description.ts';
import { nameOf, runbookText, shortHash } from './pieces.ts';

export const describeApproval: DescribersOf<'ApprovalRequested' | 'ApprovalAnswered' | 'ApprovalLapsed'> = {
  ApprovalRequested: (data) => ({
    outcome: data.suggestionOnly ? 'suggested' : 'waiting',
    text: data.suggestionOnly ? suggestion(data) : question(data),
    service: data.plan?.service,
    runbook: data.runbook,
  }),
  ApprovalAnswered: ({ answer, actor, reason, quorumReached }) => {
    const who = nameOf(actor);
    if (answer === ApprovalAnswer.DENY)
      return {
        outcome: 'denied',
        text: `${withDetail(`denied by ${who}`, reason)}. Nothing changed.`,
        actor: who,
      };
    if (answer !== ApprovalAnswer.APPROVE)
      return {
        outcome: 'unrecognized',
        text: `answered by ${who} in a way that this version does not know`,
        actor: who,
      };
    return quorumReached
      ? { outcome: 'approved', text: withDetail(`approved by ${who}`, reason), actor: who }
      : {
          outcome: 'approved_in_part',
          text: withDetail(`approved by ${who}, more are needed`, reason),
          actor: who,
        };
  },
  ApprovalLapsed: ({ onLapse, reason }) => ({
    outcome: onLapse === LapsePolicy.APPROVE ? 'lapsed_into_approval' : 'lapsed',
    text: `${withDetail('lapsed', reason || 'nobody answered in time')}; ${lapseText(onLapse)}`,
  }),
};

function suggestion({ changes, runbook }: ApprovalRequested): string {
  return `suggested, for people to run: ${changes.join('; ') || runbookText(runbook) || 'a plan'}. Nothing changed.`;
}

function question(data: ApprovalRequested): string {
  const { approvers, quorum, planHash, changes, deadline, requestedAt, onLapse } = data;
  const whom = `${quorum > 1 ? `${quorum} of ` : ''}${approvers.join(', ') || 'an approver'}`;
  const plan = withDetail(`plan ${shortHash(planHash)}`, changes.join('; '));
  return `waits for ${whom} to approve ${plan}. Unanswered by ${clockTime(deadline, requestedAt)}: ${lapseText(onLapse)}`;
}

function lapseText(policy: LapsePolicy): string {
  switch (policy) {
    case LapsePolicy.APPROVE:
      return 'go on as if approved';
    case LapsePolicy.ESCALATE:
      return 'escalate, change nothing';
    default:
      return 'change nothing';
  }
}
