import { type Check, CheckResult, Verdict } from '#gen/belay/v1/common.ts';
import { Effect, ResolvedAs, SettledOutcome } from '#gen/belay/v1/verification.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { Identity } from '#lib/identity/identity.ts';
import type { Ruling } from '../domain/judge.ts';
import { type Judgement, judgeCheck } from '../domain/resource-checks.ts';
import type { Outcome, Resolved, Sample, Watch } from '../domain/watch.ts';

const OUTCOMES: Readonly<Record<Outcome, SettledOutcome>> = {
  verified: SettledOutcome.VERIFIED,
  failed: SettledOutcome.FAILED,
  inconclusive: SettledOutcome.INCONCLUSIVE,
  error: SettledOutcome.ERROR,
  unknown: SettledOutcome.UNKNOWN,
  refused: SettledOutcome.REFUSED,
  aborted: SettledOutcome.ABORTED,
  never_started: SettledOutcome.NEVER_STARTED,
};
const EFFECTS = { none: Effect.NONE, done: Effect.DONE, unknown: Effect.UNKNOWN } as const;
const VERDICTS = {
  verified: Verdict.VERIFIED,
  failed: Verdict.FAILED,
  inconclusive: Verdict.INCONCLUSIVE,
  error: Verdict.ERROR,
} as const;

/** What each check makes of one sample. */
export function sampleEvents(watch: Watch, { facts, error, sequence, at }: Sample): OutgoingEvent[] {
  const checks = watch.issued?.checks ?? [];
  return checks.map((name) => {
    const judgement = judgeCheck(name, facts);
    return outgoing('CheckSampled', {
      ...idsOf(watch),
      check: name,
      sequence,
      verdict: error ? Verdict.ERROR : VERDICTS[judgement.verdict],
      observed: error || judgement.observed,
      expected: judgement.expected,
      sampledAt: at,
    });
  });
}

/** The verdict where there was something to judge, the call for people where they are needed, the end. */
export function settlementEvents(watch: Watch, { settled, judgements, escalate }: Ruling): OutgoingEvent[] {
  const ids = idsOf(watch);
  const events: OutgoingEvent[] = [];
  if (isVerdict(settled.outcome) && watch.finished?.status === 'success') {
    const verdict = VERDICTS[settled.outcome];
    events.push(
      outgoing('ActionVerified', {
        ...ids,
        verdict,
        checks: judgements.map(toCheck),
        verifiedAt: settled.at,
      }),
    );
  }
  if (escalate) {
    const policy = watch.issued?.onVerificationFailure || 'page_service_owner';
    const { owner = '', runbook = '' } = watch.issued ?? {};
    const { at: escalatedAt, reason } = settled;
    events.push(outgoing('Escalated', { ...ids, policy, owner, runbook, reason, escalatedAt }));
  }
  events.push(
    outgoing('ActionSettled', {
      ...ids,
      target: watch.target,
      outcome: OUTCOMES[settled.outcome],
      effect: EFFECTS[settled.effect],
      code: settled.code,
      reason: settled.reason,
      settledAt: settled.at,
    }),
  );
  return events;
}

/** What a person found. */
export function resolutionEvent(
  watch: Watch,
  { outcome, reason, at: resolvedAt }: Resolved,
  actor: Identity,
): OutgoingEvent {
  const resolvedAs = outcome === 'done' ? ResolvedAs.DONE : ResolvedAs.NOT_DONE;
  return outgoing('ActionResolved', {
    ...idsOf(watch),
    resolvedAs,
    actor: toActor(actor),
    reason,
    resolvedAt,
  });
}

const isVerdict = (outcome: Outcome): outcome is keyof typeof VERDICTS => Object.hasOwn(VERDICTS, outcome);

const idsOf = ({ actionId, decisionId, incidentId }: Watch) => ({ actionId, decisionId, incidentId });

function toCheck({ check, verdict, observed, expected }: Judgement): Check {
  const result = verdict === 'verified' ? CheckResult.PASS : CheckResult.REFUSE;
  const reason = verdict === 'verified' ? '' : observed;
  return { name: check, result, observed, limit: expected, reason, code: '', endsAt: undefined };
}
