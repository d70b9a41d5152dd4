import type { ConditionFacts, FactValue } from '#lib/runbook/conditions/bind-facts.ts';
import { compileCondition } from '#lib/runbook/conditions/compile-condition.ts';
import type { ScopeName } from '#lib/runbook/conditions/fact-catalogue.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Execution } from '#lib/runbook/tests/test-file.ts';
import type { Scene } from './scene.ts';

/** Whatever conditions can ask for besides the target. */
export function knownFacts(scene: Scene, runbook: Runbook): ConditionFacts {
  const { now, incident, test } = scene;
  const { resource } = incident;
  return {
    now,
    incident: {
      id: incident.incidentId,
      service: incident.service,
      symptom: incident.symptom,
      probableCause: incident.probableCause,
      confidence: incident.confidence ?? 0,
      namespace: resource?.namespace,
      resourceKind: resource?.kind,
      resourceName: resource?.name,
      labels: incident.labels,
      context: incident.context,
      affectedServices: incident.affectedServices,
      ageSeconds: test.incident.ageSeconds,
    },
    history: historyFacts(executionsOf(scene, runbook)),
    dependencies: dependencyFacts(scene, runbook),
  };
}

/** What this runbook did to this service. */
function executionsOf(scene: Scene, { name }: Runbook): readonly Execution[] {
  return begunOnService(scene).filter(({ runbook = name }) => runbook === name);
}

/** Whichever runbook did it; what came to nothing never began. */
function begunOnService({ test }: Scene): readonly Execution[] {
  return test.history.filter(
    ({ outcome, service = test.incident.service }) => outcome !== 'none' && service === test.incident.service,
  );
}

/** What the executor's ledger would count on the workload within the hour. */
export function recentActionsOf(scene: Scene): number {
  return begunOnService(scene).filter(({ minutesAgo }) => minutesAgo < 60).length;
}

function historyFacts(executions: readonly Execution[]): FactValue {
  const lastHour = executions.filter(({ minutesAgo }) => minutesAgo < 60);
  const verified = executions.filter(({ outcome }) => outcome === 'verified').length;
  const failed = executions.filter(({ outcome }) => outcome === 'failed').length;
  const last = executions.reduce((min, { minutesAgo }) => Math.min(min, minutesAgo), Infinity);
  return {
    executions: executions.length,
    executionsLastHour: lastHour.length,
    failuresLastHour: lastHour.filter(({ outcome }) => outcome === 'failed').length,
    ...(executions.length > 0 && { minutesSinceLast: last }),
    ...(verified + failed > 0 && { successRate: verified / (verified + failed) }),
  };
}

/** Up, unless the test says otherwise: a test of something else should not have to name them all. */
function dependencyFacts({ test }: Scene, runbook: Runbook): FactValue {
  const asked = expressionsOf(runbook).flatMap(({ expression, scope }) => pathsIn(expression, scope));
  const names = asked.flatMap(([root, name]) =>
    root === 'dependencies' && name !== undefined ? [name] : [],
  );
  const up = [...runbook.dependencies, ...names].map(
    (name) => [name, { down: false, healthy: true }] as const,
  );
  const given = Object.entries(test.dependencies).map(
    ([name, { down, healthy }]) =>
      [name, { down: down ?? healthy === false, healthy: healthy ?? down !== true }] as const,
  );
  return Object.fromEntries([...up, ...given]);
}

interface ScopedExpression {
  readonly expression: string;
  readonly scope: ScopeName;
}

function expressionsOf({ preChecks, steps, verification }: Runbook): readonly ScopedExpression[] {
  return [
    ...preChecks.flatMap(({ expression }) => (expression ? [{ expression, scope: 'live' } as const] : [])),
    ...steps.flatMap(({ when }) => (when ? [{ expression: when, scope: 'live' } as const] : [])),
    ...verification.checks.flatMap(({ expect, metric }) =>
      expect && !metric ? [{ expression: expect, scope: 'outcome' } as const] : [],
    ),
  ];
}

/** What an expression looks up. */
export function pathsIn(expression: string, scope: ScopeName): readonly (readonly string[])[] {
  const compiled = compileCondition(expression, scope);
  return compiled.ok ? compiled.condition.facts : [];
}
