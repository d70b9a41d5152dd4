import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import { type Fact, note } from './note.ts';
import { resolve } from './resolve.ts';
import { newWatch, type Outcome, type Resolved, type Settled, type Watch } from './watch.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, 0) + seconds * 1_000);
const fresh = newWatch({ actionId: 'act-1', decisionId: 'dec-1', incidentId: 'inc-1', target: 't' });
const settledAs = (outcome: Outcome): Settled => ({
  outcome,
  effect: 'unknown',
  code: '',
  reason: 'the answer was lost',
  at: at(10),
});
const unknown: Watch = { ...fresh, settled: settledAs('unknown') };
const verdict = (change: Partial<Resolved> = {}): Resolved => ({
  outcome: 'done',
  by: 'maria',
  reason: 'looked at it',
  at: at(60),
  ...change,
});

describe('a person’s verdict', () => {
  it('counts where nobody could tell', () => {
    expect(resolve(unknown, verdict())).toEqual({ type: 'resolved', resolved: verdict() });
  });

  it('does not count while the outcome is awaited', () => {
    const started = { ...fresh, started: { at: at(1), epoch: 1 } };
    for (const watch of [fresh, started])
      expect(resolve(watch, verdict())).toEqual({ type: 'refused', because: { code: 'awaited' } });
  });

  it.each<Outcome>(['verified', 'failed', 'inconclusive', 'error', 'refused', 'aborted', 'never_started'])(
    'does not count against one that is known: %s',
    (outcome) => {
      const settled = settledAs(outcome);
      expect(resolve({ ...fresh, settled }, verdict())).toEqual({
        type: 'refused',
        because: { code: 'known', settled },
      });
    },
  );

  it('stands as it was given first', () => {
    const resolved = verdict();
    const again = verdict({ by: 'tom', reason: 'I saw it too', at: at(90) });
    expect(resolve({ ...unknown, resolved }, again)).toEqual({ type: 'stands', resolved });
    expect(resolve({ ...unknown, resolved }, { ...again, outcome: 'not_done' })).toEqual({
      type: 'refused',
      because: { code: 'contradicted', resolved },
    });
  });

  it('lies behind the settlement, whatever the clocks say', () => {
    for (const early of [at(9), at(10)])
      expect(resolve(unknown, verdict({ at: early }))).toMatchObject({
        resolved: { at: new Date(at(10).getTime() + 1) },
      });
  });

  const facts: Fact[] = [
    { type: 'started', at: at(70), epoch: 2 },
    { type: 'finished', finished: { status: 'success', error: '', at: at(71) } },
    { type: 'finished', finished: { status: 'failed', error: 'forbidden', at: at(71) } },
    { type: 'sampled', sample: { sequence: 3, facts: { replacementReady: true }, error: '', at: at(72) } },
    { type: 'declined', declined: { how: 'aborted', code: 'expired', reason: '', at: at(73) } },
  ];

  it('is the last word: of any verdicts and facts behind it, none changes it', () => {
    const outcome = fc.constantFrom('done', 'not_done' as const);
    const steps = fc.array(fc.oneof(fc.constantFrom(...facts), outcome), { maxLength: 12 });
    fc.assert(
      fc.property(outcome, steps, (first, later) => {
        const given = resolve(unknown, verdict({ outcome: first }));
        if (given.type !== 'resolved') throw new Error(given.type);
        let watch: Watch = { ...unknown, resolved: given.resolved };
        const answers = later.map((step) => {
          if (typeof step === 'object') watch = note(watch, step);
          return typeof step === 'object'
            ? judge(watch, { now: at(9_999), readToEnd: true }).type
            : resolve(watch, verdict({ outcome: step, by: 'tom', at: at(99) })).type;
        });
        const meant = (step: (typeof later)[number]) =>
          typeof step === 'object' ? 'wait' : step === first ? 'stands' : 'refused';
        expect(answers).toEqual(later.map(meant));
        expect(watch).toMatchObject({ settled: unknown.settled, resolved: given.resolved });
      }),
    );
  });
});
