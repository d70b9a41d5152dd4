/** How an incident stands, in the words that people are shown. */
export type IncidentOutcome =
  | 'in progress'
  | 'fixed'
  | 'rolled back'
  | 'not done'
  | 'needs you'
  | 'left to people';

/** An event of one incident, as far as its outcome depends on it. */
export interface IncidentFact {
  readonly type: string;
  readonly time: Date;
  readonly decisionId: string;
  readonly actionId: string;
  readonly outcome: string;
  /** Of a decision: auto_execute, blocked, ... */
  readonly mode: string;
}

/**
 * Follows from what happened, whatever arrived first. `facts` stand in the order of the timeline. The newest
 * decision counts; where a fix has several actions, a rollback beside it, the worst of them.
 */
export function incidentOutcome(facts: readonly IncidentFact[]): IncidentOutcome {
  const over = isResolved(facts);
  const decision = facts.findLast((fact) => fact.type === 'DecisionMade');
  if (!decision || isReopenedSince(decision, facts)) return over ? 'not done' : 'in progress';
  const own = facts.filter((fact) => fact.decisionId === decision.decisionId);
  return settledOutcome(own, over) ?? closedOutcome(own) ?? undecidedOutcome(decision, own);
}

/**
 * The moment from which nothing more is expected: the fix was verified, or the incident was resolved. A run has no
 * report and nobody who resolves it: it ends with its decision.
 */
export function closedAt(facts: readonly IncidentFact[]): Date | undefined {
  if (isResolved(facts)) return facts.findLast(isResolution)?.time;
  const outcome = incidentOutcome(facts);
  if (outcome === 'fixed') return facts.findLast((fact) => fact.type === 'ActionSettled')?.time;
  const isOver = !facts.some(isReport) && NOTHING_MORE.has(outcome);
  return isOver ? facts.findLast((fact) => fact.type === 'DecisionClosed')?.time : undefined;
}

const NOTHING_MORE: ReadonlySet<IncidentOutcome> = new Set(['rolled back', 'not done', 'left to people']);

const isReport = ({ type }: IncidentFact): boolean => type === 'IncidentReported';
const isResolution = ({ type }: IncidentFact): boolean => type === 'IncidentResolved';

function isResolved(facts: readonly IncidentFact[]): boolean {
  const resolution = facts.findLast(isResolution);
  const report = facts.findLast(isReport);
  return resolution !== undefined && (!report || report.time <= resolution.time);
}

/** The clocks of two services differ by less than this; episodes open again only after a while. */
const SKEW_MS = 15_000;

function isReopenedSince(decision: IncidentFact, facts: readonly IncidentFact[]): boolean {
  const reopened = facts.findLast((fact) => isReport(fact) && fact.outcome === 'reopened');
  return reopened !== undefined && reopened.time.getTime() > decision.time.getTime() + SKEW_MS;
}

export const WORST_FIRST = [
  'unknown',
  'failed',
  'error',
  'inconclusive',
  'rolled_back',
  'success',
  'aborted',
  'refused',
  'never_started',
] as const;

type SettledAs = (typeof WORST_FIRST)[number];

/** Undefined as long as an action of the decision is under way. */
function settledOutcome(own: readonly IncidentFact[], over: boolean): IncidentOutcome | undefined {
  const settled = own.filter((fact) => fact.type === 'ActionSettled');
  const worst = WORST_FIRST.find((word) => settled.some((fact) => fact.outcome === word));
  if (worst === 'unknown') return unknownOutcome(own);
  const done = new Set(settled.map((fact) => fact.actionId));
  const open = own.filter((fact) => isWork(fact) && !done.has(fact.actionId));
  if (open.some((fact) => !isOverWithIt(fact, own))) return 'in progress';
  return worst && meaningOf(worst, over);
}

/** An undoing ends with the action that it undoes, whoever would not do it. */
const isOverWithIt = (fact: IncidentFact, own: readonly IncidentFact[]): boolean =>
  fact.outcome === 'rollback_ordered' &&
  own.slice(own.indexOf(fact)).some(({ type }) => type === 'ActionSettled');

const isWork = ({ type, outcome }: IncidentFact): boolean =>
  type === 'OrderIssued' && (outcome === 'execute_ordered' || outcome === 'rollback_ordered');

function meaningOf(settled: Exclude<SettledAs, 'unknown'>, over: boolean): IncidentOutcome {
  switch (settled) {
    case 'failed':
    case 'error':
    case 'inconclusive':
      // Somebody or something else has ended it since.
      return over ? 'left to people' : 'needs you';
    case 'rolled_back':
      return 'rolled back';
    case 'success':
      return 'fixed';
    default:
      return 'not done';
  }
}

/** The resource stays locked until a person has said what happened, also when the incident is over. */
function unknownOutcome(own: readonly IncidentFact[]): IncidentOutcome {
  const verdict = own.findLast((fact) => fact.type === 'ActionResolved');
  if (!verdict) return 'needs you';
  return verdict.outcome === 'resolved_not_done' ? 'not done' : 'left to people';
}

function closedOutcome(own: readonly IncidentFact[]): IncidentOutcome | undefined {
  const closed = own.findLast((fact) => fact.type === 'DecisionClosed');
  if (!closed) return undefined;
  return closed.outcome === 'left_to_people' ? 'left to people' : 'not done';
}

function undecidedOutcome(decision: IncidentFact, own: readonly IncidentFact[]): IncidentOutcome {
  const approval = own.findLast((fact) => fact.type.startsWith('Approval'));
  if (approval?.outcome === 'waiting' || approval?.outcome === 'approved_in_part') return 'needs you';
  if (approval?.outcome === 'denied' || approval?.outcome === 'lapsed') return 'not done';
  if (decision.mode === 'blocked') return 'not done';
  const acts = decision.mode === 'auto_execute' || decision.mode === 'approval_required';
  return acts ? 'in progress' : 'left to people';
}
