import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRunbook } from './load-runbook.ts';
import { formatProblem } from './problem.ts';

const folder = new URL('fixtures/bad/', import.meta.url).pathname;
const files = globSync('*.yaml', { cwd: folder }).toSorted();
const problemsOf = (file: string) => loadRunbook(readFileSync(`${folder}${file}`, 'utf8'), file).problems;

/** Every class of error that a file can have. A new one needs a file that has it. */
const CODES = [
  'argument_choice',
  'bad_argument',
  'bad_expression',
  'bad_key',
  'bad_parameter',
  'bad_pattern',
  'bad_placeholder',
  'bad_step',
  'bad_type',
  'bad_value',
  'bad_yaml',
  'cannot_fail',
  'duplicate_key',
  'empty_file',
  'file_too_large',
  'forbidden_key',
  'missing_argument',
  'missing_field',
  'nested_too_deeply',
  'not_supported',
  'other_kind',
  'placeholder_refused',
  'too_complex',
  'too_many_values',
  'unknown_action',
  'unknown_argument',
  'unknown_check',
  'unknown_command',
  'unknown_fact',
  'unknown_field',
  'unknown_function',
  'unknown_placeholder',
];

describe('a file that does not load says what is wrong, all of it, in these words', () => {
  it.each(files)('%s', async (file) => {
    const text = problemsOf(file).map(formatProblem).join('\n');
    await expect(`${text}\n`).toMatchFileSnapshot(`${folder}${basename(file, '.yaml')}.golden.txt`);
  });
});

it('shows every class of error in one of these files', () => {
  const seen = new Set(files.flatMap(problemsOf).map(({ code }) => code));
  expect([...seen].toSorted()).toEqual(CODES);
});

it('gives nothing of a file that has a problem', () => {
  for (const file of files)
    expect(loadRunbook(readFileSync(`${folder}${file}`, 'utf8'), file).runbooks).toEqual([]);
});

it('stops listing at a hundred problems', () => {
  const fields = Array.from({ length: 300 }, (_, index) => `f${index}: 1`).join('\n');
  const { problems } = loadRunbook(fields, 'many.yaml');
  expect(problems).toHaveLength(101);
  expect(problems.map(({ code }) => code)).toContain('more_problems');
});
