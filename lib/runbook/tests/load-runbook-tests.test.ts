import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../problem.ts';
import { loadRunbookTests } from './load-runbook-tests.ts';

const folder = new URL('fixtures/bad/', import.meta.url).pathname;
const files = globSync('*.yaml', { cwd: folder }).toSorted();
const load = (file: string) => loadRunbookTests(readFileSync(`${folder}${file}`, 'utf8'), file);

describe('a file of tests that does not load says what is wrong, all of it, in these words', () => {
  it.each(files)('%s', async (file) => {
    const { problems, suites } = load(file);
    const text = problems.map(formatProblem).join('\n');
    await expect(`${text}\n`).toMatchFileSnapshot(`${folder}${basename(file, '.yaml')}.golden.txt`);
    expect(suites).toEqual([]);
  });
});

it('stops listing at a hundred problems', () => {
  const fields = Array.from({ length: 300 }, (_, index) => `f${index}: 1`).join('\n');
  const { problems } = loadRunbookTests(fields, 'many.yaml');
  expect(problems).toHaveLength(101);
  expect(problems.map(({ code }) => code)).toContain('more_problems');
});

const MINIMAL = `apiVersion: remediations.kubedojo.io/v1
kind: RunbookTest
runbook: a.yaml
x-reviewed: yes
tests:
  - {name: first, x-why: a note, incident: {service: web, labels: {x-tier: gold}}, expect: {mode: manual}}
`;

it('keeps notes out, labels in, and the place of each test', () => {
  const { suites, problems } = loadRunbookTests(`${MINIMAL}---\n${MINIMAL}`, 'two.test.yaml');
  expect(problems).toEqual([]);
  expect(suites.map(({ placeOf }) => placeOf(['tests', 0]).line)).toEqual([6, 13]);
  expect(suites[0]?.tests[0]).toMatchObject({ name: 'first', incident: { labels: { 'x-tier': 'gold' } } });
  expect(suites[0]?.tests[0]).not.toHaveProperty('x-why');
});
