import { Mode } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import type { RunRunbookResponse } from '#gen/belay/v1/runbook_service.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { approvalIdOf } from '../../domain/cases/approval-id.ts';
import type { Case } from '../../domain/cases/case.ts';
import { howItEnded } from '../../domain/cases/refusal-of.ts';

/** What there is to know of a run when somebody asks for it. */
export interface RunKnown {
  readonly made: DecisionMade;
  /** What was said about it, as it is said again. */
  readonly events: readonly OutgoingEvent[];
  /** Where it waits, or did. */
  readonly waits: Case | undefined;
  /** The same request came before. */
  readonly isRepeated: boolean;
}

/** What a run was answered with, and what happens next. The answer is the same whoever asks again; what is next is not. */
export function toRunResponse({ made, events, waits, isRepeated }: RunKnown): RunRunbookResponse {
  const { externalId, incidentId, decisionId, runbook, mode, code, summary, checks, wouldHave } = made;
  const goesOn = !has(events, 'DecisionClosed');
  const approvalId = goesOn && mode !== Mode.AUTO_EXECUTE ? approvalIdOf(decisionId) : '';
  const over = goesOn ? overOf(made, events, waits) : isRepeated ? refusedThen(externalId) : undefined;
  const next = over
    ? `Asked for before, at ${made.decidedAt?.toISOString()}: ${over}`
    : nextOf(mode, goesOn, externalId, approvalId);
  const answer = { incidentId, decisionId, runbook, mode, code, summary, wouldHave, approvalId, next };
  return { runId: externalId, ...answer, checks: [...checks] };
}

const has = (events: readonly OutgoingEvent[], wanted: OutgoingEvent['type']): boolean =>
  events.some(({ type }) => type === wanted);

/** What refused it may be over by now: nobody has looked again. */
const refusedThen = (runId: string): string =>
  `the answer is of then, and nothing came of it. A new request id asks anew. Every check: belay decision why ${runId}`;

/** Undefined as long as what was promised at first is still to come. */
function overOf(
  { mode, externalId: runId, decisionId }: DecisionMade,
  events: readonly OutgoingEvent[],
  waits: Case | undefined,
): string | undefined {
  const became = `What became of it: belay incident show ${runId}`;
  // What is settled is not ordered again.
  if (mode === Mode.AUTO_EXECUTE) return has(events, 'Order') ? undefined : `it is over. ${became}`;
  if (waits?.ending?.as === 'shown')
    return `its plan was shown, and nothing was done. See it: belay approval show ${approvalIdOf(decisionId)}`;
  if (waits?.state !== 'granting' && waits?.state !== 'closed') return undefined;
  return `${howItEnded(waits).replace(/\.$/, '')}. ${became}`;
}

function nextOf(mode: Mode, goesOn: boolean, runId: string, approvalId: string): string {
  if (!goesOn) return `Nothing more happens. Every check: belay decision why ${runId}`;
  if (mode === Mode.AUTO_EXECUTE) return `It is carried out and verified: belay incident show ${runId}`;
  if (mode === Mode.APPROVAL_REQUIRED)
    return `A second person approves it, once it is planned: belay approval show ${approvalId}`;
  return `A plan is made and shown, and nothing is done: belay approval show ${approvalId}`;
}
