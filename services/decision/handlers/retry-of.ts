import { CheckResult, Mode } from '#gen/belay/v1/common.ts';
import { type DecisionMade, OrderPhase } from '#gen/belay/v1/decision.ts';
import { type ActionSettled, Effect } from '#gen/belay/v1/verification.ts';
import type { Case } from '../domain/cases/case.ts';
import { retryAfterEndAt } from '../domain/retry.ts';
import { caseOf } from './case-of.ts';
import { decisionIdOf } from './decision-id.ts';
import { type Draft, writeDraft } from './draft.ts';

export interface Retry {
  /** Says that it came to nothing, and when it is tried again. */
  readonly made: DecisionMade;
  readonly waits: Case;
}

/**
 * What was ordered by itself, came to nothing and is worth another try: it waits as what a guardrail refuses does, as
 * a decision of its own that follows from the settlement. What people approved is theirs to ask for again, and a
 * store that was rebuilt does not know what was reported.
 */
export function retryOf(draft: Draft, settled: ActionSettled, eventId: string): Retry | undefined {
  const { issued, incident, retryUntil } = draft;
  if (issued?.phase !== OrderPhase.EXECUTE || !incident || settled.effect !== Effect.NONE) return undefined;
  // The decoder has refused events without it.
  const settledAt = settled.settledAt as Date;
  const rules = { attempt: draft.made.attempt, decidedAt: settledAt, until: retryUntil };
  const dueAt = retryAfterEndAt(settled.code, rules);
  if (!dueAt) return undefined;
  const made = madeOf(draft.made, settled, eventId, dueAt);
  const waiting = { ...draft, made };
  const after = { decisionId: settled.decisionId, actionId: settled.actionId };
  return {
    made,
    waits: { ...caseOf(waiting, writeDraft(waiting), { state: 'retrying', dueAt }), after },
  };
}

/** One retry belongs to a settlement. */
export const retryIdOf = ({ incidentId }: ActionSettled, eventId: string): string =>
  decisionIdOf(incidentId, eventId);

/** Of the same attempt: nothing was considered anew. */
function madeOf(before: DecisionMade, settled: ActionSettled, eventId: string, retryAt: Date): DecisionMade {
  const { settledAt, code, reason } = settled;
  const endedAs = { name: 'action', observed: reason, limit: 'carried out', endsAt: retryAt };
  return {
    ...before,
    decisionId: retryIdOf(settled, eventId),
    mode: Mode.BLOCKED,
    code,
    summary: `${before.runbook?.name ?? 'it'} was ordered and came to nothing: ${reason}. Nothing changed.`,
    checks: [...before.checks, { ...endedAs, result: CheckResult.REFUSE, reason, code }],
    // Behind what it follows from, where people read it.
    decidedAt: new Date((settledAt as Date).getTime() + 1),
    retryAt,
    // Of the decision before: it counts once, and people were told.
    ...{ storm: undefined, escalate: '' },
  };
}
