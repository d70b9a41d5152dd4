import type { Runbook } from '#lib/runbook/runbook.ts';
import type { TestSuite } from '#lib/runbook/tests/load-runbook-tests.ts';
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

/** The tests that show what is not so yet. */
export function notesOnAssumptions({ file, tests }: TestSuite, only: RegExp | undefined): readonly string[] {
  const played = tests.filter(({ name, assume }) => assume !== undefined && (only?.test(name) ?? true));
  if (played.length === 0) return [];
  const actions = [...new Set(played.flatMap(({ assume }) => assume?.executors ?? []))].join(', ');
  return [
    `${file}: ${played.length} test(s) assume an executor of ${actions}; in production none does it yet, and nothing runs`,
  ];
}

/** Facts that tests give and executors do not have. */
const isFromElsewhere = ([root]: readonly string[]): boolean => root === 'dependencies' || root === 'history';
