import type { Parameter, Runbook } from '../runbook.ts';
import type { Uncovered } from './result.ts';

/** Per runbook the guardrails that none of its tests has made refuse. */
export function uncoveredGuardrails(
  refusedBy: ReadonlyMap<Runbook, ReadonlySet<string>>,
): readonly Uncovered[] {
  return [...refusedBy].flatMap(([runbook, refused]) => {
    const left = guardrailsOf(runbook).filter(({ check }) => !refused.has(check));
    return left.length === 0 ? [] : [{ runbook: runbook.name, guardrails: left.map(({ name }) => name) }];
  });
}

interface Guardrail {
  /** For people. */
  readonly name: string;
  /** As decision and executor call the check, with the scope of a concurrency. */
  readonly check: string;
}

/** Those that can refuse: what a runbook leaves open has nothing to test. */
function guardrailsOf(runbook: Runbook): readonly Guardrail[] {
  if (!isDecidedOn(runbook)) return [];
  const { triggers, scope, guardrails, parameters, preChecks } = runbook;
  const set: readonly (readonly [name: string, canRefuse: boolean, check?: string])[] = [
    ['confidence', triggers.minimumConfidence > 0],
    ['namespace', scope.allowedNamespaces.length > 0],
    ['labels', Object.keys(scope.requiredLabels).length > 0, 'opt-in'],
    ['services', true],
    ['window', guardrails.allowedWindows.length + guardrails.blackoutWindows.length > 0],
    ['parameters', Object.values(parameters).some(canRefuse)],
    ['circuit', true],
    ['rate', true],
    ['cooldown', guardrails.cooldownMinutes > 0],
    ['attempts', true],
    ['concurrency', true, 'concurrency of runbook'],
    ['concurrency in the namespace', true, 'concurrency of namespace'],
    ['ready peers', guardrails.minimumReadyReplicasWithSameApp > 0],
    ['replicas', guardrails.maxPercentOfReplicas < 100],
    ...preChecks.map(({ name }) => [name, true] as const),
  ];
  return set.filter(([, canRefuse]) => canRefuse).map(([name, , check = name]) => ({ name, check }));
}

/** What no incident starts, or only people do for any, has nothing that could refuse. */
function isDecidedOn({ triggers, decisionMode }: Runbook): boolean {
  if (triggers.any) return decisionMode !== 'manual';
  return triggers.symptoms.length + triggers.probableCauses.length > 0;
}

const canRefuse = ({ required, allowedValues, pattern }: Parameter): boolean =>
  required || allowedValues !== undefined || pattern !== undefined;
