import { CheckResult, Mode } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import { beyondExecutors } from '#lib/runbook/catalogue/carried-out.ts';
import type { Guardrails } from '../../services/decision/ports.ts';
import type { Decided } from '../play/decide-report.ts';
import { grantOrder } from './grant-order.ts';
import { refusedChecks } from './refused-names.ts';
import type { Scene } from './scene.ts';

/**
 * What it would be if executors carried out what the test assumes. Only a no for want of an executor is taken
 * back: every other check has passed by then, and the guardrails have not been asked yet.
 */
export async function assumeExecutors(
  scene: Scene,
  decided: Decided,
  guardrails: Guardrails,
): Promise<Decided> {
  const { made } = decided;
  const runbook = scene.runbooks.find(({ name }) => name === made.runbook?.name);
  if (!runbook || !lacksOnlyAnExecutor(made)) return decided;
  if (beyondExecutors(runbook, scene.test.assume?.executors) !== undefined) return decided;
  const granted = await grantOrder(scene, { ...decided, made: asAssumed(made) }, runbook, guardrails);
  if (granted.known) return granted.value;
  const summary = `${runbook.name} was not run: ${granted.why}. Nothing changed.`;
  return { ...decided, made: { ...asAssumed(made), mode: Mode.MANUAL, code: 'missing_fact', summary } };
}

const EXECUTOR = 'executor';

const lacksOnlyAnExecutor = (made: DecisionMade): boolean =>
  made.mode === Mode.BLOCKED && refusedChecks(made).every(({ name }) => name === EXECUTOR);

function asAssumed(made: DecisionMade): DecisionMade {
  const checks = made.checks.map((check) =>
    check.name === EXECUTOR ? { ...check, result: CheckResult.PASS, reason: '', code: '' } : check,
  );
  return { ...made, checks, code: 'executing', summary: `${made.runbook?.name ?? ''} would run.` };
}
