import { ActorKind, Mode, type Resource } from '#gen/belay/v1/common.ts';
import { type DecisionMade, type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { beyondExecutors } from '#lib/runbook/catalogue/carried-out.ts';
import type { ArgumentValue, Runbook } from '#lib/runbook/runbook.ts';
import { decide, DRY_RUN, lacking } from '../domain/decide.ts';
import type { Asked, Decision, Facts, Policy } from '../domain/decision.ts';
import type { RunHistories } from '../domain/evidence/run-history.ts';
import type { PolicyLimits } from '../domain/guardrails/slot-wants.ts';
import type { Cases, Guardrails } from '../ports.ts';
import { answerOf } from './answer-of.ts';
import { askRulesOf } from './ask-rules.ts';
import { controlledBy } from './control-facts.ts';
import { decisionIdOf } from './decision-id.ts';
import { type Draft, writeDraft } from './draft.ts';
import { incidentFacts } from './incident-facts.ts';
import { issueOrder } from './order-of.ts';
import { slotWantsOf } from './slot-wants.ts';
import { aboutOf } from './storm-count.ts';
import { toProtoCheck, toProtoMode, toProtoRisk, toRunbookRef } from './to-proto.ts';

export interface DecideOptions {
  readonly guardrails: Guardrails;
  readonly cases: Pick<Cases, 'open'>;
  /** Asked each time: which ones are active changes while the service runs. */
  readonly runbooks: () => readonly Runbook[];
  readonly controls: () => ControlState;
  readonly targets: readonly string[];
  /** As it was known a moment ago. Undefined: nobody knows it. */
  readonly history?: () => RunHistories;
  readonly policy: Policy &
    PolicyLimits & {
      readonly actWithinMs: number;
      /** As often is an incident decided, where what refused it ends by itself. */
      readonly maxAttempts: number;
    };
}

export interface Considered {
  readonly incident: IncidentReported;
  /** The event that made it be decided: the same one leads to the same decision. */
  readonly causeId: string;
  readonly attempt: number;
  /** By hand or by schedule. What it is about is in the incident, which nobody has reported. */
  readonly run?: Run;
}

export interface Run {
  readonly asked: Asked;
  readonly parameters: Readonly<Record<string, ArgumentValue>>;
}

/** Facts, decision, guardrails, events. The guardrails keep the first answer, and that one is published. */
export async function decideIncident(
  considered: Considered,
  options: DecideOptions,
  now: Date,
): Promise<readonly OutgoingEvent[]> {
  const draft = draftOf(considered, options, now);
  const { made, issued } = draft;
  const record = writeDraft(draft);
  const slot = await options.guardrails.decide({
    decisionId: made.decisionId,
    about: aboutOf(made),
    wants: needsGuardrails(draft) && issued ? slotWantsOf(issued) : undefined,
    peek: issued?.phase === OrderPhase.PLAN,
    byPerson: isOfPerson(considered),
    record,
    now,
  });
  const { events, waits } = answerOf(slot, slot.record === record ? draft : undefined);
  // Before anything is said: what was said is never waited for by nobody.
  if (waits) await options.cases.open(waits, now);
  return events;
}

/** A program that runs runbooks may be as wrong as one that reports. */
const isOfPerson = ({ incident, run }: Considered): boolean =>
  run?.asked.by === 'person' && incident.reportedBy?.kind === ActorKind.HUMAN;

/** A suggestion is shown whatever they say; a dry run says what they would. */
const needsGuardrails = ({ made, issued }: Draft): boolean =>
  issued?.phase === OrderPhase.EXECUTE || made.mode === Mode.APPROVAL_REQUIRED || made.code === DRY_RUN;

function draftOf(considered: Considered, options: DecideOptions, now: Date): Draft {
  const { incident, causeId, attempt, run } = considered;
  const { policy } = options;
  const decisionId = decisionIdOf(incident.incidentId, causeId);
  const decided = decide(factsOf(considered, options, now), policy, now);
  const { decision, issued } = ordered(decided, decisionId, considered, policy, now);
  const { runbook } = decision;
  const mayWait = issued !== undefined || decision.mode === 'blocked';
  return {
    made: madeOf(decision, decisionId, incident, { attempt, attemptsAllowed: policy.maxAttempts }, now),
    issued,
    escalate: run?.asked.by === 'person' ? '' : escalationOf(decision),
    incident: mayWait ? incident : undefined,
    asks:
      runbook && issued && mayBeAsked(decision) ? askRulesOf(runbook, decision.risk, incident) : undefined,
    byHand: (runbook && beyondExecutors(runbook)) ?? '',
    byPerson: isOfPerson(considered),
    retryUntil: mayWait && !run && attempt < policy.maxAttempts ? tooOldAt(incident, policy) : undefined,
  };
}

function factsOf({ incident: reported, run }: Considered, options: DecideOptions, now: Date): Facts {
  const { runbooks, controls, targets, history } = options;
  const incident = incidentFacts(reported);
  const controlled = controlledBy(controls(), incident.resource?.target ?? '', incident, now);
  const known = { runbooks: runbooks(), targets, history: history?.(), asked: run?.asked };
  return { incident, ...known, ...controlled };
}

interface MaybeOrdered {
  readonly decision: Decision;
  readonly issued: OrderIssued | undefined;
}

/** Where the decision is to act: the order. Where people come first: the one for a plan, if there can be one. */
function ordered(
  decision: Decision,
  decisionId: string,
  { incident, run }: Considered,
  policy: DecideOptions['policy'],
  now: Date,
): MaybeOrdered {
  const { runbook, mode } = decision;
  const phase = decision.orders;
  if (!phase || !runbook || !hasResource(incident)) return { decision, issued: undefined };
  const parameters = run?.parameters ?? {};
  const result = issueOrder({ decisionId, runbook, incident, parameters, mode, phase, policy, now });
  if (result.ok) return { decision, issued: result.issued };
  if (mode === 'suggest' && !run) return { decision, issued: undefined };
  // A plan that lacks a fact is left to people.
  const missing = result.missing.length > 0 ? `no ${result.missing.join(', ')}` : 'not as it must be';
  return { decision: lacking(decision, runbook, missing, result.why), issued: undefined };
}

const hasResource = (
  incident: IncidentReported,
): incident is IncidentReported & { readonly resource: Resource } => incident.resource !== undefined;

function madeOf(
  decision: Decision,
  decisionId: string,
  incident: IncidentReported,
  { attempt, attemptsAllowed }: Pick<DecisionMade, 'attempt' | 'attemptsAllowed'>,
  now: Date,
): DecisionMade {
  return {
    decisionId,
    incidentId: incident.incidentId,
    attempt,
    mode: toProtoMode(decision.mode),
    runbook: decision.runbook && toRunbookRef(decision.runbook),
    resource: incident.resource,
    service: incident.service,
    risk: toProtoRisk(decision.risk),
    checks: decision.checks.map(toProtoCheck),
    code: decision.code,
    summary: decision.summary,
    // Known once the guardrails have answered.
    ...{ retryAt: undefined, storm: undefined, escalate: '' },
    wouldHave: toProtoMode(decision.wouldHave),
    decidedAt: now,
    incidentStartedAt: incident.startedAt,
    externalId: incident.externalId,
    source: incident.source,
    attemptsAllowed,
  };
}

const tooOldAt = ({ reportedAt }: IncidentReported, { maxIncidentAgeMs }: Policy): Date =>
  new Date((reportedAt as Date).getTime() + maxIncidentAgeMs);

/** A yes to what nobody carries out would be a promise that is not kept. */
const mayBeAsked = ({ mode, runbook }: Decision): boolean =>
  mode !== 'suggest' && runbook !== undefined && beyondExecutors(runbook) === undefined;

/**
 * Whom to tell when nothing is done: nobody, where the service is silenced. Without a runbook there is nobody but
 * the on-call.
 */
const escalationOf = ({ runbook, checks }: Decision): string =>
  checks.some(({ code }) => code === 'silenced')
    ? ''
    : (runbook?.escalation.onGuardrailFailure ?? 'page_on_call');
