import { ApprovalAnswer } from '#gen/belay/v1/decision.ts';
import { type ActionSettled, Effect, ResolvedAs, SettledOutcome } from '#gen/belay/v1/verification.ts';
import type { HandlerContext, Handlers } from '#lib/bus/pipeline.ts';
import { DRY_RUN } from '../../domain/decide.ts';
import { type Answer, isKept, type Note, type Run } from '../../domain/evidence/evidence.ts';
import type { EvidenceBook } from '../../ports.ts';
import { decidedModeOf } from '../to-proto.ts';

/** Writes down what came of decisions, from what was said of them. Nothing is published, and repeats are fine. */
export function noteEvidence(evidence: Pick<EvidenceBook, 'note'>): Handlers {
  const noted = async (note: Note | undefined, { now }: HandlerContext) => {
    if (note && isKept(note, now)) await evidence.note(note);
    return [];
  };
  return {
    DecisionMade: ({ data }, context) => {
      const { decisionId, runbook, mode, wouldHave, code, decidedAt } = data;
      const decided = decidedModeOf(mode);
      // Whoever tries it out shows nothing of what it would do for an incident.
      if (!runbook || !decided || code === DRY_RUN) return [];
      const { name, version } = runbook;
      const said = { mode: decided, wouldHave: decidedModeOf(wouldHave), code };
      return noted(
        { what: 'decided', decisionId, runbook: name, version, ...said, at: decidedAt as Date },
        context,
      );
    },
    ApprovalRequested: ({ data }, context) => {
      const { decisionId, suggestionOnly, requestedAt } = data;
      return noted(
        suggestionOnly ? { what: 'shown', decisionId, at: requestedAt as Date } : undefined,
        context,
      );
    },
    ApprovalAnswered: ({ data }, context) => {
      const { decisionId, answer: given, quorumReached, answeredAt } = data;
      const answer: Answer = given === ApprovalAnswer.APPROVE ? 'approved' : 'denied';
      return noted(
        quorumReached ? { what: 'answered', decisionId, answer, at: answeredAt as Date } : undefined,
        context,
      );
    },
    ApprovalLapsed: ({ data: { decisionId, lapsedAt } }, context) =>
      noted({ what: 'answered', decisionId, answer: 'lapsed', at: lapsedAt as Date }, context),
    ActionSettled: ({ data }, context) => {
      const { decisionId, settledAt } = data;
      return noted({ what: 'settled', decisionId, run: runOf(data), at: settledAt as Date }, context);
    },
    ActionResolved: ({ data: { decisionId, resolvedAs, resolvedAt } }, context) => {
      const isDone = resolvedAs !== ResolvedAs.NOT_DONE;
      return noted({ what: 'resolved', decisionId, isDone, at: resolvedAt as Date }, context);
    },
  };
}

const RUNS: Readonly<Partial<Record<SettledOutcome, Run>>> = {
  [SettledOutcome.VERIFIED]: 'verified',
  [SettledOutcome.FAILED]: 'failed',
  [SettledOutcome.ROLLED_BACK]: 'rolled_back',
  [SettledOutcome.INCONCLUSIVE]: 'inconclusive',
  [SettledOutcome.ERROR]: 'error',
};

/** What changed nothing is no run. What is said to have stopped, and did something, did not help. */
function runOf({ outcome, effect }: ActionSettled): Run | 'none' {
  if (effect === Effect.NONE) return 'none';
  return RUNS[outcome] ?? (effect === Effect.DONE && STOPPED.has(outcome) ? 'failed' : 'unknown');
}

const STOPPED: ReadonlySet<SettledOutcome> = new Set([
  SettledOutcome.REFUSED,
  SettledOutcome.ABORTED,
  SettledOutcome.NEVER_STARTED,
]);
