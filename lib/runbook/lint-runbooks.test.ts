import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintRunbooks } from './lint-runbooks.ts';
import { loadRunbook, loadRunbookFiles } from './load-runbook.ts';
import { formatProblem, type Problem } from './problem.ts';

const folder = new URL('fixtures/lint/', import.meta.url).pathname;
const files = globSync('*.yaml', { cwd: folder }).toSorted();
const now = new Date('2026-11-21T00:00:00Z');

function findingsOf(file: string): readonly Problem[] {
  const { runbooks, problems, places } = loadRunbook(readFileSync(`${folder}${file}`, 'utf8'), file);
  expect(problems.map(formatProblem)).toEqual([]);
  return lintRunbooks(runbooks, { places, now });
}

/** Every rule. A new one needs a file that breaks it. */
const CODES = [
  'always_holds',
  'approval_unused',
  'cannot_fail',
  'cannot_finish',
  'equal_matches',
  'fallback_acts',
  'fallback_names',
  'high_risk_automated',
  'irreversible_automated',
  'lapse_approves',
  'never_holds',
  'no_approvers',
  'person_needed',
  'quorum_too_large',
  'repeated_name',
  'review_due',
  'risk_too_low',
  'rollback_missing',
  'rollback_unused',
  'runbook_cycle',
  'runs_too_long',
  'scope_selects_everything',
  'timeout_outlasts_approval',
  'unknown_runbook',
  'unsatisfiable_scope',
  'unsatisfiable_trigger',
  'unused_parameter',
  'verification_missing',
  'window_never_opens',
];

describe('what loads and should not be run is named in these words', () => {
  it.each(files)('%s', async (file) => {
    const text = findingsOf(file).map(formatProblem).join('\n');
    await expect(`${text}\n`).toMatchFileSnapshot(`${folder}${basename(file, '.yaml')}.golden.txt`);
  });
});

it('breaks every rule in one of these files', () => {
  const seen = new Set(files.flatMap(findingsOf).map(({ code }) => code));
  expect([...seen].toSorted()).toEqual(CODES);
});

it('finds nothing in the samples and in the catalogue', async () => {
  for (const path of [
    'fixtures/good/two-runbooks.yaml',
    'fixtures/good/replace-redundant-pod.yaml',
    '../../runbooks',
  ]) {
    const { runbooks, places } = await loadRunbookFiles([new URL(path, import.meta.url).pathname]);
    expect(runbooks.length).toBeGreaterThan(0);
    expect(lintRunbooks(runbooks, { places, now }).map(formatProblem)).toEqual([]);
  }
});

it('finds the same whatever the order of the files', () => {
  const { runbooks } = loadRunbook(readFileSync(`${folder}equal-matches.yaml`, 'utf8'), 'f.yaml');
  const codes = (order: typeof runbooks): string[] =>
    lintRunbooks(order)
      .map(({ code }) => code)
      .toSorted();
  expect(codes(runbooks.toReversed())).toEqual(codes(runbooks));
});
