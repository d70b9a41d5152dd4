import { expect, it } from 'vitest';
import { sayUnknownOutcomes } from './unknown-outcomes.ts';

const entry = (type: string, outcome: string, actionId = 'act-1') => ({ type, outcome, actionId });
const unknown = entry('ActionSettled', 'unknown');

function said(...timeline: readonly ReturnType<typeof entry>[]): string {
  const lines: string[] = [];
  sayUnknownOutcomes(timeline, { say: (line) => lines.push(line), invokedAs: 'npx --no belay' });
  return lines.join('\n');
}

it('whoever reads of an outcome that nobody knows is told how to end that', () => {
  expect(said(unknown)).toContain(
    'npx --no belay action settle act-1 --outcome done|not-done --reason "..."',
  );
});

it('nobody is asked about what is known, or what somebody has said already', () => {
  expect(said(entry('ActionSettled', 'failed'), entry('DecisionClosed', 'settled'))).toBe('');
  expect(said(unknown, entry('ActionResolved', 'resolved_done'))).toBe('');
  expect(said(unknown, entry('ActionResolved', 'resolved_done', 'act-2'))).toContain('act-1');
});
