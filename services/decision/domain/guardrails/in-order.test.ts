import { expect, it } from 'vitest';
import { inOrder } from './in-order.ts';

const at = (second: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, second));
const decided = (decisionId: string, second: number) => ({ decisionId, decidedAt: at(second) });
const settled = (decisionId: string, second: number, outcome = 'failed') => ({
  decisionId,
  at: at(second),
  outcome,
});
const told = (
  history: Parameters<typeof inOrder<ReturnType<typeof decided>, ReturnType<typeof settled>>>[0],
) =>
  inOrder(history).map((h) => {
    if (h.what === 'reset') return `reset ${h.reset.runbook}`;
    return h.what === 'decided' ? h.decision.decisionId : `${h.settlement.decisionId}!`;
  });

it('goes by time, whatever the log had first', () => {
  expect(
    told({
      decisions: [decided('b', 5), decided('a', 1)],
      settlements: [settled('b', 9), settled('a', 3)],
    }),
  ).toEqual(['a', 'a!', 'b', 'b!']);
});

it('settles nothing before it is decided, even where the clocks say so', () => {
  expect(told({ decisions: [decided('a', 5), decided('b', 5)], settlements: [settled('a', 2)] })).toEqual([
    'a',
    'b',
    'a!',
  ]);
});

it('keeps a settlement before the verdict about it', () => {
  const settlements = [settled('a', 9, 'unknown'), settled('a', 8, 'none')];
  const happened = inOrder({ decisions: [decided('a', 1)], settlements });
  expect(happened.slice(1)).toEqual(settlements.map((settlement) => ({ what: 'settled', settlement })));
});

it('takes what was settled without a decision as it comes', () => {
  expect(told({ decisions: [decided('a', 5)], settlements: [settled('x', 1)] })).toEqual(['x!', 'a']);
});

it('has a reset behind what was taken at the same time, and before what was settled then', () => {
  const reset = { runbook: 'r', at: at(5) };
  const history = {
    decisions: [decided('a', 1), decided('b', 5)],
    settlements: [settled('a', 5)],
    resets: [reset],
  };
  expect(told(history)).toEqual(['a', 'b', 'reset r', 'a!']);
});
