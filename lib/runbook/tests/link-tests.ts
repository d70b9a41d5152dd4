import { actionNames, actionSpec } from '../action-catalogue.ts';
import { isCarriedOut } from '../catalogue/carried-out.ts';
import type { Explanation } from '../explain-issue.ts';
import { listed, nearest } from '../nearest.ts';
import type { Problem } from '../problem.ts';
import type { Runbook } from '../runbook.ts';
import type { Path } from '../yaml-reader.ts';
import type { TestSuite } from './load-runbook-tests.ts';
import type { RunbookTest } from './test-file.ts';

/** What a test says of its runbook that is not there: it would look at nothing, and pass. */
export function linkTests(
  { file, tests, placeOf }: TestSuite,
  runbooks: readonly Runbook[],
): readonly Problem[] {
  const checks = runbooks.flatMap(({ verification }) => verification.checks);
  const metrics = checks.filter(({ metric }) => metric !== undefined).map(({ name }) => name);
  const steps = runbooks.flatMap((runbook) => runbook.steps);
  const ids = steps.map(({ id }) => id);
  const actions = steps.map(({ action }) => action);
  const found = tests.flatMap((test, index) =>
    [...faultsOf(test, metrics, ids), ...assumedInVain(test, actions)].map((fault) => ({
      ...fault,
      path: ['tests', index, ...fault.path],
    })),
  );
  return found.map(({ path, code, message }) => ({
    file,
    ...placeOf(path as Path),
    path: path.join('.'),
    code,
    severity: 'error',
    message,
  }));
}

function* faultsOf(
  { metrics, expect }: RunbookTest,
  metricNames: readonly string[],
  stepIds: readonly string[],
): Iterable<Explanation> {
  for (const name of Object.keys(metrics)) {
    if (!metricNames.includes(name))
      yield unknown(['metrics', name], 'unknown_check', 'check with a metric', metricNames);
  }
  for (const id of Object.keys(expect.arguments ?? {})) {
    if (!stepIds.includes(id)) yield unknown(['expect', 'arguments', id], 'unknown_step', 'step', stepIds);
  }
  for (const [index, action] of (expect.plan ?? []).entries()) {
    if (!actionSpec(action))
      yield unknown(['expect', 'plan', index], 'unknown_action', 'action', actionNames(), action);
  }
}

/** An assumption that holds already, or that no step needs, would be in the output and mean nothing. */
function* assumedInVain({ assume }: RunbookTest, actions: readonly string[]): Iterable<Explanation> {
  for (const [index, action] of (assume?.executors ?? []).entries()) {
    const path = ['assume', 'executors', index];
    if (!actions.includes(action))
      yield unknown(path, 'unknown_action', 'action of its steps', actions, action);
    else if (isCarriedOut(action)) {
      const message = `${action} is carried out by now, remove the assumption`;
      yield { path, code: 'assumption_holds', message };
    }
  }
}

function unknown(
  path: readonly PropertyKey[],
  code: string,
  what: string,
  known: readonly string[],
  name = String(path.at(-1)),
): Explanation {
  const near = nearest(name, known);
  const choices = known.length === 0 ? 'the runbook has none' : `known are ${listed(known)}`;
  const next = near === undefined ? choices : `did you mean ${near}?`;
  return { path, code, message: `no ${what} is called ${name}, ${next}` };
}
