import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { type ActionSettled, Effect } from '#gen/belay/v1/verification.ts';
import type { Case } from '../domain/cases/case.ts';
import { retryAfterEndAt } from '../domain/retry.ts';
import { caseOf } from './case-of.ts';
import { type Draft, writeDraft } from './draft.ts';

/**
 * What was ordered by itself, came to nothing and is worth another try: it is decided again. What people approved
 * is theirs to ask for again, and a store that was rebuilt does not know what was reported.
 */
export function retryOf(draft: Draft, { code, effect, settledAt }: ActionSettled): Case | undefined {
  const { made, issued, incident, retryUntil } = draft;
  if (issued?.phase !== OrderPhase.EXECUTE || !incident || effect !== Effect.NONE) return undefined;
  // The decoder has refused events without it.
  const rules = { attempt: made.attempt, decidedAt: settledAt as Date, until: retryUntil };
  const dueAt = retryAfterEndAt(code, rules);
  return dueAt && caseOf(draft, writeDraft(draft), { state: 'retrying', dueAt });
}
