import { type Case, type CaseState } from '../domain/cases/case.ts';
import { PLAN_WITHIN_MS } from '../domain/cases/next-case.ts';
import type { Draft } from './draft.ts';

export type Opening = { readonly state: 'planning' } | { readonly state: 'retrying'; readonly dueAt: Date };

/** A decision that waits, from what was said about it. */
export function caseOf({ made, asks, escalate }: Draft, record: string, opening: Opening): Case {
  const { decisionId, incidentId, externalId, attempt, decidedAt } = made;
  return {
    decisionId,
    incidentId,
    externalId,
    attempt,
    // The decoder has refused events without it.
    openedAt: decidedAt as Date,
    state: opening.state satisfies CaseState,
    record,
    asks,
    escalate,
    dueAt: 'dueAt' in opening ? opening.dueAt : new Date((decidedAt as Date).getTime() + PLAN_WITHIN_MS),
    planned: undefined,
    request: undefined,
    answers: [],
    notifiedAt: undefined,
    grant: undefined,
    isTaking: false,
    ending: undefined,
  };
}
