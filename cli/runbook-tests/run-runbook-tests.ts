import { dirname, join, resolve } from 'node:path';
import { type LoadResult, loadRunbook, loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { type Problem, sortProblems } from '#lib/runbook/problem.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { uncoveredGuardrails } from '#lib/runbook/tests/coverage.ts';
import { findRunbookTests } from '#lib/runbook/tests/find-runbook-tests.ts';
import { linkTests } from '#lib/runbook/tests/link-tests.ts';
import { loadRunbookTests, type TestSuite } from '#lib/runbook/tests/load-runbook-tests.ts';
import type { TestReport, TestResult } from '#lib/runbook/tests/result.ts';
import { notesOn, notesOnAssumptions } from './notes-on.ts';
import { runTest } from './run-test.ts';

/** Every test that the paths lead to, or those whose names match, each played by itself. */
export async function runRunbookTests(paths: readonly string[], only?: RegExp): Promise<TestReport> {
  const found = await findRunbookTests(paths);
  const loaded = found.tests.map(({ file, text }) => loadRunbookTests(text, file));
  const problems: Problem[] = [...found.problems, ...loaded.flatMap((one) => one.problems)];
  const shelf = new Shelf();
  for (const { file, text } of found.runbooks) shelf.add(file, loadRunbook(text, file));
  const results: TestResult[] = [];
  const assumed: string[] = [];
  const refusedBy = new Map<Runbook, Set<string>>();
  for (const suite of loaded.flatMap(({ suites }) => suites)) {
    const { runbooks, problems: unread } = await shelf.of(suite);
    const faults = unread.length > 0 ? [] : linkTests(suite, runbooks);
    problems.push(...faults);
    if (unread.length + faults.length > 0) continue;
    assumed.push(...notesOnAssumptions(suite, only));
    results.push(...(await play(suite, runbooks, refusedBy, only)));
  }
  const all = shelf.all();
  return {
    results,
    problems: sortProblems([...problems, ...all.flatMap((one) => one.problems)]),
    uncovered: only ? [] : uncoveredGuardrails(refusedBy),
    untested: only ? [] : untestedIn(all, refusedBy),
    notes: [...[...refusedBy.keys()].flatMap(notesOn), ...assumed],
  };
}

async function play(
  { file, tests, placeOf }: TestSuite,
  runbooks: readonly Runbook[],
  refusedBy: Map<Runbook, Set<string>>,
  only: RegExp | undefined,
): Promise<readonly TestResult[]> {
  const results: TestResult[] = [];
  for (const [index, test] of tests.entries()) {
    if (only && !only.test(test.name)) continue;
    const { runbook, mismatches, why, refused } = await runTest(test, runbooks);
    // What no incident finds is tested as well: by what is left to people.
    const about = runbook ?? (runbooks.length === 1 ? runbooks[0] : undefined);
    if (about) {
      const known = refusedBy.get(about) ?? new Set<string>();
      refusedBy.set(about, known);
      for (const name of refused) known.add(name);
    }
    const place = placeOf(['tests', index]);
    const passed = mismatches.length === 0;
    results.push({ file, ...place, runbook: runbook?.name ?? '', name: test.name, passed, mismatches, why });
  }
  return results;
}

/** Runbooks by the path of their file, each read once. */
class Shelf {
  readonly #files = new Map<string, LoadResult>();

  add(file: string, loaded: LoadResult): void {
    this.#files.set(resolve(file), loaded);
  }

  async of({ file, runbook }: TestSuite): Promise<LoadResult> {
    const path = join(dirname(file), runbook);
    const known = this.#files.get(resolve(path));
    if (known) return known;
    const loaded = await loadRunbookFiles([path]);
    this.add(path, loaded);
    return loaded;
  }

  all(): readonly LoadResult[] {
    return [...this.#files.values()];
  }
}

function untestedIn(
  loaded: readonly LoadResult[],
  tested: ReadonlyMap<Runbook, unknown>,
): TestReport['untested'] {
  return loaded.flatMap(({ runbooks, places }) =>
    runbooks
      .filter((runbook) => !tested.has(runbook))
      .map((runbook) => ({ runbook: runbook.name, file: places.get(runbook)?.([]).file ?? '' })),
  );
}
