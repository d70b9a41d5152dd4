import { irreversibleStep } from '#lib/runbook/step-facts.ts';
import type { RiskLevel, Runbook } from '#lib/runbook/runbook.ts';
import type { IncidentFacts } from './decision.ts';

export interface MomentaryRisk {
  readonly level: RiskLevel;
  /** What raised it above what was declared, for a service owner. */
  readonly raisedBy: readonly string[];
}

const LEVELS: readonly RiskLevel[] = ['low', 'medium', 'high'];
/** As a report says it, among its labels or its context. */
const CRITICAL = 'business_critical';

/**
 * Risk belongs to the action and to its moment: what was declared is raised, never lowered. Each reason raises it by
 * one; what nothing takes back is never low, so that a person is asked.
 */
export function momentaryRisk(runbook: Runbook, incident: IncidentFacts): MomentaryRisk {
  const final = irreversibleStep(runbook);
  const reasons = [...breadth(incident), ...importance(incident)];
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

const NO: ReadonlySet<string> = new Set(['', 'false', 'no', '0', 'off']);

/**
 * Names come from reports: nothing that every object has counts as given. Whatever is not a clear no is a yes, however
 * somebody spells it.
 */
export const isYes = (given: Readonly<Record<string, string>>, name: string): boolean =>
  Object.hasOwn(given, name) && !NO.has((given[name] ?? '').trim().toLowerCase());
