import { beyondExecutors } from '#lib/runbook/catalogue/carried-out.ts';
import type { Match } from '#lib/runbook/match-runbook.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { judgeWindows } from '#lib/runbook/windows.ts';
import { notReached, pass, refuse } from './check.ts';
import { controlChecks } from './control-checks.ts';
import { isYes } from './risk.ts';
import type { Asked, Check, Facts, IncidentFacts, Policy } from './decision.ts';

/** How a runbook was come to: by its triggers, or because it was named. */
export type Chosen = Match | Asked;

/** The steps of a decision that need nothing but facts, in their order. Each says what it saw. */
export function checkAll(chosen: Chosen, facts: Facts, policy: Policy, now: Date): Check[] {
  const { incident, asked } = facts;
  const { runbook } = chosen;
  return [
    pass('match', chosenBy(chosen, incident), runbook.name),
    asked ? pass('confidence', asked.words, 'asked for') : confidence(incident, runbook),
    age(incident, policy, now),
    ...controlChecks(facts, runbook.name),
    target(facts),
    ...(asked ? [resourceKind(incident, runbook)] : []),
    namespace(incident, runbook),
    asked ? optIn(runbook) : labels(incident, runbook),
    affectedServices(incident, runbook),
    ...dependencies(incident, runbook),
    ...windows(runbook, now),
  ];
}

function chosenBy(chosen: Chosen, { probableCause, symptom }: IncidentFacts): string {
  if ('words' in chosen) return chosen.by === 'person' ? 'by hand' : 'by its schedule';
  const { by } = chosen;
  return by === 'any' ? 'any incident' : `${by} ${by === 'cause' ? probableCause : symptom}`;
}

function confidence({ confidence }: IncidentFacts, { triggers }: Runbook): Check {
  const limit = `>= ${triggers.minimumConfidence.toFixed(2)}`;
  const observed = confidence?.toFixed(2) ?? 'none reported';
  if ((confidence ?? 0) >= triggers.minimumConfidence) return pass('confidence', observed, limit);
  const reason =
    confidence === undefined
      ? 'the report does not say how certain it is, which counts as 0'
      : `the cause is only ${observed} certain`;
  return refuse('confidence', observed, limit, 'low_confidence', reason);
}

function age({ reportedAt }: IncidentFacts, { maxIncidentAgeMs }: Policy, now: Date): Check {
  const ageSeconds = Math.max(0, Math.round((now.getTime() - reportedAt.getTime()) / 1_000));
  const limit = `<= ${maxIncidentAgeMs / 1_000} s`;
  if (ageSeconds * 1_000 <= maxIncidentAgeMs) return pass('age', `${ageSeconds} s`, limit);
  return refuse('age', `${ageSeconds} s`, limit, 'stale_incident', 'the report is too old to act on');
}

function target(facts: Facts): Check {
  const { incident, targets } = facts;
  const observed = incident.resource?.target ?? 'none reported';
  const limit = targets.join(', ') || 'none';
  if (isServed(facts)) return pass('target', observed, limit);
  return refuse('target', observed, limit, 'no_executor', 'no executor serves the target of this incident');
}

/** Nobody reads what is ordered anywhere else, not even the order for a plan. */
export const isServed = ({ incident: { resource }, targets }: Pick<Facts, 'incident' | 'targets'>): boolean =>
  resource !== undefined && targets.includes(resource.target);

function namespace({ resource }: IncidentFacts, { scope }: Runbook): Check {
  const observed = resource?.namespace || 'none reported';
  const limit = scope.allowedNamespaces.join(', ') || 'any';
  const allowed = scope.allowedNamespaces.length === 0 || scope.allowedNamespaces.includes(observed);
  if (allowed) return pass('namespace', observed, limit);
  return refuse(
    'namespace',
    observed,
    limit,
    'namespace_not_allowed',
    `the runbook is not for namespace ${observed}`,
  );
}

/** An incident of another kind does not match; whoever names a runbook can be mistaken. */
function resourceKind({ resource }: IncidentFacts, { scope, name }: Runbook): Check {
  const kind = resource?.kind || 'none named';
  const limit = scope.resourceKinds.join(', ') || 'any';
  if (scope.resourceKinds.length === 0 || scope.resourceKinds.includes(kind))
    return pass('kind', kind, limit);
  const reason = `${name} is for ${limit}, and not for ${kind}`;
  return refuse('kind', kind, limit, 'kind_not_allowed', reason);
}

/** What a person names is not a report: there is nothing to go by before the executor has looked. */
const optIn = ({ scope }: Runbook): Check => pass('opt-in', 'read live by the executor', labelsOf(scope));

const labelsOf = ({ requiredLabels }: Runbook['scope']): string =>
  Object.entries(requiredLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ') || 'none';

/** What was reported can only refuse. What was not reported is read live by the executor. */
function labels({ labels }: IncidentFacts, { scope }: Runbook): Check {
  const required = Object.entries(scope.requiredLabels);
  const limit = labelsOf(scope);
  const wrong = required.find(([key, value]) => labels[key] !== undefined && labels[key] !== value);
  if (!wrong) return pass('opt-in', 'not refused by the report', `${limit}, re-read live`);
  const observed = `${wrong[0]}=${labels[wrong[0]]}`;
  return refuse('opt-in', observed, limit, 'not_opted_in', `${observed}: the owner has not opted in`);
}

function affectedServices({ affectedServices, service }: IncidentFacts, { guardrails }: Runbook): Check {
  const count = new Set([service, ...affectedServices]).size;
  const limit = String(guardrails.maxAffectedServices);
  if (count <= guardrails.maxAffectedServices) return pass('services', String(count), limit);
  return refuse('services', String(count), limit, 'blast_limited', `${count} services are affected at once`);
}

/** Only where the runbook has any. What the report says is down would be made worse by more load or restarts. */
function dependencies({ labels, context }: IncidentFacts, { dependencies, name }: Runbook): Check[] {
  if (dependencies.length === 0) return [];
  const down = dependencies.filter((one) => [labels, context].some((given) => isYes(given, `${one}-down`)));
  const limit = `${dependencies.join(', ')} not reported down`;
  if (down.length === 0) return [pass('dependencies', 'none reported down', limit)];
  const observed = `${down.join(', ')} down`;
  const reason = `${name} needs ${down.join(', ')}, reported down`;
  return [refuse('dependencies', observed, limit, 'dependency_down', reason)];
}

/** Only where there are any: most runbooks act at any hour. */
function windows({ guardrails, name }: Runbook, now: Date): Check[] {
  const verdict = judgeWindows(guardrails, now);
  if (!verdict) return [];
  const { isOpen, observed, limit } = verdict;
  if (isOpen) return [pass('window', observed, limit)];
  const reason = `${name} does not act at this hour (${observed})`;
  return [refuse('window', observed, limit, 'outside_window', reason)];
}

export const EXECUTOR = 'executor';

/**
 * Whether an executor can carry it out. Where people come first, that is for them to know; where it would run by
 * itself, it is a no.
 */
export function executable(runbook: Runbook, isAutomatic: boolean): Check {
  const why = beyondExecutors(runbook);
  const observed = runbook.steps.map(({ action }) => action).join(', ') || 'nothing';
  if (why === undefined) return pass(EXECUTOR, observed, 'carried out');
  if (!isAutomatic) return notReached(EXECUTOR, why);
  return refuse(EXECUTOR, observed, 'carried out', 'no_executor', why);
}
