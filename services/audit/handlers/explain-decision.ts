import type { ExplainDecisionRequest, ExplainDecisionResponse } from '#gen/belay/v1/audit_service.ts';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
import type { History } from '../ports.ts';
import { resolveDecision } from './resolve-id.ts';
import { toTimeline } from './to-timeline.ts';

/** The decision with all its checks, and what came of it. */
export async function explainDecision(
  history: History,
  request: ExplainDecisionRequest,
): Promise<ExplainDecisionResponse> {
  const id = await resolveDecision(history, request.id);
  const [made, entries] = await Promise.all([history.decisionMade(id), history.decisionTimeline(id)]);
  return {
    // What follows from a decision can be read before the decision itself.
    decision: made === undefined ? undefined : DecisionMade.fromJSON(JSON.parse(made)),
    timeline: toTimeline(entries),
  };
}
