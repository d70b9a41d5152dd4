import { ActorKind } from '#gen/belay/v1/common.ts';
import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import { irreversibleStep } from '#lib/runbook/step-facts.ts';
import type { Approval, RiskLevel, Runbook } from '#lib/runbook/runbook.ts';
import type { AskRules } from '../domain/cases/case.ts';

const TEN_MINUTES_MS = 600_000;

/** Whom to ask about a runbook, and what their silence means. Where it names nobody, its owner is asked. */
export function askRulesOf(
  runbook: Runbook,
  risk: RiskLevel,
  { reportedBy }: Pick<IncidentReported, 'reportedBy'>,
): AskRules {
  const { approvers, quorum, timerMs, onLapse } = runbook.approval ?? askOwner(runbook);
  return {
    approvers,
    quorum,
    timerMs,
    onLapse,
    requester: reportedBy?.kind === ActorKind.HUMAN ? reportedBy.name : undefined,
    maySilenceApprove: risk !== 'high' && irreversibleStep(runbook) === undefined,
  };
}

const askOwner = ({ owner }: Runbook): Approval => ({
  approvers: [`group:${owner}`],
  quorum: 1,
  timerMs: TEN_MINUTES_MS,
  onLapse: 'escalate',
});
