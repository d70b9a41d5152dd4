import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadRunbook } from './load-runbook.ts';

const restart = readFileSync(new URL('../../runbooks/restart-pod.yaml', import.meta.url), 'utf8');
const other = restart.replace('name: restart-pod', 'name: other');

const sourcesIn = (text: string): string[] =>
  [...loadRunbook(text, 'r.yaml').sources.values()].map((source) => source());

it('keeps a file with one runbook as it is, comments and all', () => {
  const text = `# reviewed by the platform team\n${restart}# the end\n`;
  expect(sourcesIn(text)).toEqual([text]);
});

it('gives each runbook of a file its own part, with its comments', () => {
  const sources = sourcesIn(`${restart}--- # the other one\n${other}`);
  expect(sources).toEqual([restart, `--- # the other one\n${other}`]);
});

it.each([
  ['a line in a text that looks like a mark', restart.replace('spec:', 'spec:\n  x-note: |\n    ---\n    x')],
  ['a document that ends with dots', `${restart}...\n`],
])('the part is the same runbook also with %s', (_, first) => {
  const text = `${first}---\n${other}`;
  const { runbooks, sources } = loadRunbook(text, 'r.yaml');
  expect(runbooks).toHaveLength(2);
  for (const runbook of runbooks)
    expect(loadRunbook(sources.get(runbook)?.() ?? '', 'part.yaml').runbooks).toEqual([runbook]);
});

it('prints a runbook whose part cannot be told', () => {
  const bare = `${restart}...\n${other}`;
  const { runbooks, sources } = loadRunbook(bare, 'r.yaml');
  expect(runbooks).toHaveLength(2);
  for (const runbook of runbooks)
    expect(loadRunbook(sources.get(runbook)?.() ?? '', 'part.yaml').runbooks).toEqual([runbook]);
});
