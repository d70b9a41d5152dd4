import { compileCondition } from '#lib/runbook/conditions/compile-condition.ts';
import { resolvePlan } from '#lib/runbook/resolve-plan.ts';
import type { Runbook, Step } from '#lib/runbook/runbook.ts';
import { type Told, told, untold } from '#lib/runbook/tests/compare.ts';
import { conditionFactsOf } from '#lib/runbook/tests/live-facts.ts';
import { incidentFacts } from '../../services/decision/handlers/incident-facts.ts';
import { knownFacts } from './known-facts.ts';
import type { Scene } from './scene.ts';

/** Why nobody could make a plan of it, as far as the incident goes; empty where one could. */
export function whyNoPlan({ incident }: Scene, runbook: Runbook | undefined): string {
  if (!runbook) return '';
  const resolved = resolvePlan(runbook, { ...incidentFacts(incident), parameters: {} });
  return resolved.ok ? '' : resolved.why;
}

/** What would be done, whether by itself or by people. */
export function plannedSteps(
  scene: Scene,
  mode: string,
  runbook: Runbook | undefined,
): Told<readonly Step[]> {
  if (!runbook || mode === 'blocked' || mode === 'manual') return told([]);
  const resolved = resolvePlan(runbook, { ...incidentFacts(scene.incident), parameters: {} });
  if (!resolved.ok) return untold(resolved.why);
  const live = conditionFactsOf(scene.test.live ?? {});
  const facts = { ...knownFacts(scene, runbook), live, before: live };
  const steps: Step[] = [];
  for (const step of resolved.steps) {
    const compiled = compileCondition(step.when ?? 'true', 'live');
    if (!compiled.ok) return untold(`step ${step.id}: ${compiled.message}`);
    const { holds, ...rest } = compiled.condition.judge(facts);
    if (holds === 'unknown') return untold(`step ${step.id}: ${'why' in rest ? rest.why : ''}`);
    if (holds) steps.push(step);
  }
  return told(steps);
}
