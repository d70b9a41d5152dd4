import type { Runbook } from '../runbook.ts';
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
  /** As decision and executor call the check. */
  readonly check: string;
}

/** Those that can refuse: what a runbook leaves open has nothing to test. */
function guardrailsOf({ triggers, scope, guardrails, preChecks }: Runbook): readonly Guardrail[] {
  const set: readonly (readonly [name: string, canRefuse: boolean, check?: string])[] = [
    ['confidence', triggers.minimumConfidence > 0],
    ['namespace', scope.allowedNamespaces.length > 0],
    ['labels', Object.keys(scope.requiredLabels).length > 0, 'opt-in'],
    ['services', true],
    ['circuit', true],
    ['rate', true],
    ['cooldown', guardrails.cooldownMinutes > 0],
    ['attempts', true],
    ['concurrency', true],
    ['ready peers', guardrails.minimumReadyReplicasWithSameApp > 0],
    ['replicas', guardrails.maxPercentOfReplicas < 100],
    ...preChecks.map(({ name }) => [name, true] as const),
  ];
  return set.filter(([, canRefuse]) => canRefuse).map(([name, , check = name]) => ({ name, check }));
}
