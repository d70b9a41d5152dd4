import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runbookReference } from '../../test/support/runbook-reference.ts';

const page = readFileSync(new URL('../../docs/runbook-reference.md', import.meta.url), 'utf8');

it('docs/runbook-reference.md shows the format as it is (npm run docs)', () => {
  expect(page).toBe(runbookReference());
});

it('explains every field', () => {
  const fields = page.slice(0, page.indexOf('## Actions')).match(/^\| `.*$/gm) ?? [];
  expect(fields.length).toBeGreaterThan(80);
  expect(fields.filter((row) => / \|\s*\|$/.test(row))).toEqual([]);
});
