import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionEnding, type EndingFact } from './decision-ending.ts';

/** `ActionSettled aborted pre_check_failed`: type, outcome, code. */
const fact = (line: string): EndingFact => {
  const [type = '', outcome = '', code = ''] = line.split(' ');
  return { type, outcome, code, reason: `why ${outcome}` };
};
const endingOf = (lines: readonly string[]) => {
  const { outcome, code } = decisionEnding(lines.map(fact));
  return code === '' ? outcome : `${outcome}: ${code}`;
};

const settled = 'DecisionClosed settled';
const waiting = 'ApprovalRequested waiting';

describe('a decision', () => {
  it.each([
    ['of which nothing came yet', 'in progress', []],
    ['whose fix was verified', 'verified', ['ActionSettled success', settled]],
    ['whose fix did not help', 'failed', ['ActionSettled failed verification_failed', settled]],
    ['that was undone', 'rolled back', ['ActionSettled rolled_back', 'ActionSettled success', settled]],
    ['that nobody knows the end of', 'unknown', ['ActionSettled unknown unknown', settled]],
    [
      'of which a person said that it was done',
      'settled as done',
      ['ActionSettled unknown', settled, 'ActionResolved resolved_done'],
    ],
    [
      'of which a person said that it was not done',
      'settled as not done',
      ['ActionSettled unknown', settled, 'ActionResolved resolved_not_done'],
    ],
    [
      'that the executor would not carry out',
      'aborted: pre_check_failed',
      ['ActionAborted pre_check_failed pre_check_failed', 'ActionSettled aborted pre_check_failed', settled],
    ],
    ['whose order was refused', 'refused: expired', ['ActionSettled refused expired', settled]],
    ['whose order nobody took', 'never started', ['ActionSettled never_started never_started', settled]],
    ['that guardrails blocked', 'blocked', ['DecisionClosed blocked']],
    ['whose plan showed that it cannot be done', 'blocked', ['DecisionClosed blocked']],
    [
      'whose plan the executor would not make',
      'not ordered: target_refused',
      ['ActionAborted target_refused target_refused', 'DecisionClosed failed'],
    ],
    ['that people are asked about', 'waits for approval', [waiting]],
    [
      'that more people are asked about',
      'waits for approval',
      [waiting, 'ApprovalAnswered approved_in_part'],
    ],
    ['that was approved', 'in progress', [waiting, 'ApprovalAnswered approved']],
    ['that was denied', 'denied', [waiting, 'ApprovalAnswered denied', 'DecisionClosed denied']],
    ['that nobody answered', 'lapsed', [waiting, 'DecisionClosed lapsed']],
    ['that nothing matched', 'left to people', ['DecisionClosed left_to_people']],
    ['whose incident went away', 'resolved', [waiting, 'DecisionClosed resolved']],
    ['that could not be ordered', 'not ordered', ['DecisionClosed failed']],
  ] as const)('%s: %s', (_what, ending, lines) => {
    expect(endingOf(lines)).toBe(ending);
  });

  it('says why, in the words of whoever ended it', () => {
    const lines = ['ActionAborted target_busy target_busy', 'ActionSettled aborted target_busy', settled];
    expect(decisionEnding(lines.map(fact)).reason).toBe('why aborted');
    expect(decisionEnding([waiting, 'DecisionClosed denied'].map(fact)).reason).toBe('why denied');
  });

  it('is never shown as verified unless a settlement says so', () => {
    const parts = [
      'ActionSettled failed',
      settled,
      waiting,
      'ApprovalAnswered approved',
      'ActionSettled success',
    ];
    fc.assert(
      fc.property(fc.subarray(parts), (some) => {
        const ending = endingOf(some);
        expect(ending === 'verified').toBe(
          some.includes('ActionSettled success') && !some.includes('ActionSettled failed'),
        );
      }),
    );
  });
});
