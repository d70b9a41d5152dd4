import { irreversibleStep } from '#lib/runbook/step-facts.ts';
import type { RiskLevel, Runbook } from '#lib/runbook/runbook.ts';
import { judgeWindows } from '#lib/runbook/windows.ts';
import type { Facts, IncidentFacts, Policy, RiskPolicy } from './decision.ts';
import { HISTORY_DAYS, NEVER_RAN, type RunHistory } from './evidence/run-history.ts';

export interface MomentaryRisk {
  readonly level: RiskLevel;
  /** What raised it above what was declared, for a service owner. */
  readonly raisedBy: readonly string[];
}

const LEVELS: readonly RiskLevel[] = ['low', 'medium', 'high'];
/** As a report says it, among its labels or its context. */
const CRITICAL = 'business_critical';
const OWNERS = ['owner', 'team'];
/** Where a policy says nothing. */
const RELIABLE_RATE = 0.9;
/** Fewer runs say nothing about a rate. */
const RUNS_FOR_RATE = 5;

/**
 * Risk belongs to the action and to its moment: what was declared is raised, never lowered. Each reason raises it by
 * one; what nothing takes back is never low, so that a person is asked.
 */
export function momentaryRisk(
  runbook: Runbook,
  { incident, history }: Pick<Facts, 'incident' | 'history'>,
  { risk }: Pick<Policy, 'risk'>,
  now: Date,
): MomentaryRisk {
  const final = irreversibleStep(runbook);
  const past = history && (history.get(runbook.name) ?? NEVER_RAN);
  const reasons = [
    ...breadth(incident),
    ...importance(incident),
    ...ownership(incident, runbook),
    ...(past ? [...unreliability(past, risk), ...novelty(past, risk)] : []),
    ...timing(risk, now),
  ];
  const declared = LEVELS.indexOf(runbook.risk);
  const place = Math.max(declared + reasons.length, final ? 1 : 0);
  const raisedByFinal = final && declared === 0 ? [`step ${final.id} cannot be undone`] : [];
  return { level: LEVELS[place] ?? 'high', raisedBy: [...reasons, ...raisedByFinal] };
}

function breadth({ service, affectedServices }: IncidentFacts): string[] {
  const count = new Set([service, ...affectedServices]).size;
  return count > 1 ? [`${count} services are affected`] : [];
}

function importance({ labels, context, service }: IncidentFacts): string[] {
  const isCritical = [labels, context].some((given) => isYes(given, CRITICAL));
  return isCritical ? [`${service} is business-critical`] : [];
}

/** What belongs to others is fixed by a runbook of theirs, or by somebody who knows it. */
function ownership({ labels, context, service }: IncidentFacts, { owner }: Runbook): string[] {
  const named = [labels, context].flatMap((given) =>
    OWNERS.flatMap((key) => (Object.hasOwn(given, key) ? (given[key] ?? '').trim() : [])),
  );
  const other = named.find((name) => name !== '' && name.toLowerCase() !== owner.trim().toLowerCase());
  return other === undefined ? [] : [`${service} belongs to ${other}, the runbook to ${owner}`];
}

function unreliability({ verified, failed }: RunHistory, policy: RiskPolicy | undefined): string[] {
  const runs = verified + failed;
  const isReliable = runs < RUNS_FOR_RATE || verified / runs >= (policy?.reliableRate ?? RELIABLE_RATE);
  return isReliable ? [] : [`worked ${verified} of ${runs} times in ${HISTORY_DAYS} days`];
}

function novelty({ runsEver, verifiedEver }: RunHistory, policy: RiskPolicy | undefined): string[] {
  const minimum = policy?.minimumVerifiedRuns ?? 0;
  if (verifiedEver >= minimum) return [];
  if (runsEver === 0) return ['never ran here before'];
  return [`verified here only ${verifiedEver} times before, ${minimum} are asked for`];
}

function timing(policy: RiskPolicy | undefined, now: Date): string[] {
  const verdict = judgeWindows({ allowedWindows: [], blackoutWindows: policy?.busyHours ?? [] }, now);
  return verdict && !verdict.isOpen ? [`busy hours (${verdict.observed})`] : [];
}

const NO: ReadonlySet<string> = new Set(['', 'false', 'no', '0', 'off']);

/**
 * Names come from reports: nothing that every object has counts as given. Whatever is not a clear no is a yes, however
 * somebody spells it.
 */
export const isYes = (given: Readonly<Record<string, string>>, name: string): boolean =>
  Object.hasOwn(given, name) && !NO.has((given[name] ?? '').trim().toLowerCase());
