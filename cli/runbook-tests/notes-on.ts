import type { Runbook } from '#lib/runbook/runbook.ts';
import { hasExecutor } from './carry-out.ts';
import { pathsIn } from './known-facts.ts';

/** Where a test is kinder than production: it would be trusted for more than it shows. */
export function notesOn(runbook: Runbook): readonly string[] {
  const { name, preChecks, steps } = runbook;
  if (!hasExecutor(runbook)) {
    const actions = [...new Set(steps.map(({ action }) => action))].join(', ');
    const unseen = preChecks.filter(({ expression }) => expression === undefined);
    const which = ['live limits', ...unseen.map((check) => check.name)].join(', ');
    return [
      `${name}: no executor carries out ${actions} yet; outcomes come from its verification alone, without ${which}`,
    ];
  }
  const guessed = preChecks.filter(({ expression = '' }) =>
    pathsIn(expression, 'live').some(isFromElsewhere),
  );
  return guessed.map(
    (check) => `${name}: ${check.name} asks for what no executor knows yet; in production it refuses`,
  );
}

/** Facts that tests give and executors do not have. */
const isFromElsewhere = ([root]: readonly string[]): boolean => root === 'dependencies' || root === 'history';
