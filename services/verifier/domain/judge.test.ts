import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import { type Fact, note } from './note.ts';
import { type Issued, newWatch, type Settled, type Watch } from './watch.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, 0) + seconds * 1_000);
const ids = { actionId: 'act-1', decisionId: 'dec-1', incidentId: 'inc-1', target: 't' };
const CHECK = 'replacement_pod_ready_within_timeout';

const plan: Issued = {
  actBefore: at(300),
  executionMs: 60_000,
  verificationMs: 120_000,
  checks: [CHECK],
  owner: 'platform-team',
  onVerificationFailure: 'page_service_owner',
};
const issuedWith = (checks: readonly string[]): Fact => ({ type: 'issued', issued: { ...plan, checks } });
const issued = issuedWith([CHECK]);
const started: Fact = { type: 'started', at: at(1), epoch: 1 };
const finished = (status: 'success' | 'failed' | 'unknown' = 'success'): Fact => ({
  type: 'finished',
  finished: { status, error: '', at: at(2) },
});
const sample = (sequence: number, ready: boolean | undefined, seconds = 3 + sequence, error = ''): Fact => ({
  type: 'sampled',
  sample: { sequence, facts: ready === undefined ? {} : { replacementReady: ready }, error, at: at(seconds) },
});
const declined = (how: 'refused' | 'aborted', code = 'pre_check_failed'): Fact => ({
  type: 'declined',
  declined: { how, code, reason: 'why not', at: at(1) },
});

const after = (facts: readonly Fact[]): Watch => facts.reduce(note, newWatch(ids));
const outcome = (facts: readonly Fact[], seconds = 10, readToEnd = false): Settled | undefined => {
  const next = judge(after(facts), { now: at(seconds), readToEnd });
  return next.type === 'settle' ? next.ruling.settled : undefined;
};

describe('an action is settled', () => {
  it.each<[string, Fact[], number, string, string]>([
    [
      'verified when every check holds',
      [issued, started, finished(), sample(0, true)],
      10,
      'verified',
      'done',
    ],
    ['aborted, with no effect', [issued, declined('aborted')], 10, 'aborted', 'none'],
    [
      'aborted also behind its intent',
      [issued, started, declined('aborted', 'kill_switch')],
      10,
      'aborted',
      'none',
    ],
    ['refused, with no effect', [issued, declined('refused', 'expired')], 10, 'refused', 'none'],
    ['failed when a step failed', [issued, started, finished('failed')], 10, 'failed', 'done'],
    ['unknown when nothing can be proved', [issued, started, finished('unknown')], 10, 'unknown', 'unknown'],
    [
      'failed when time is up and the answer is no',
      [issued, started, finished(), sample(0, false)],
      500,
      'failed',
      'done',
    ],
    ['inconclusive without any sample', [issued, started, finished()], 500, 'inconclusive', 'done'],
    [
      'inconclusive when the fact is missing',
      [issued, finished(), sample(0, undefined)],
      500,
      'inconclusive',
      'done',
    ],
    [
      'error when the target could not be asked',
      [issued, finished(), sample(0, true, 9, 'no route')],
      500,
      'error',
      'done',
    ],
    ['never started when the executor is silent', [issued], 500, 'never_started', 'none'],
    ['unknown when it began and never ended', [issued, started], 500, 'unknown', 'unknown'],
  ])('%s', (_title, facts, seconds, expected, effect) => {
    expect(outcome(facts, seconds, true)).toMatchObject({ outcome: expected, effect });
  });

  it.each<[string, Fact[], number]>([
    ['nothing is known', [], 10_000],
    ['the plan is still on its way', [finished(), sample(0, true)], 10_000],
    ['the checks do not hold yet and there is time', [issued, started, finished(), sample(0, false)], 100],
    ['the executor may still begin', [issued], 299],
    ['an executor that crashed may still begin again', [issued, started], 299],
    [
      'another order under the same id was refused',
      [issued, started, declined('refused', 'digest_conflict')],
      20,
    ],
  ])('not while %s', (_title, facts, seconds) => {
    expect(outcome(facts, seconds, true)).toBeUndefined();
  });

  it('by silence only once everything written has been read', () => {
    expect(outcome([issued], 500, false)).toBeUndefined();
    expect(outcome([issued, started], 500, false)).toBeUndefined();
    expect(outcome([issued, started, finished(), sample(0, false)], 500, false)).toBeUndefined();
  });

  it('not as verified by a sample from behind the timeout', () => {
    const facts = [issued, started, finished(), sample(0, false), sample(1, true, 130)];
    expect(outcome(facts, 500, true)?.outcome).not.toBe('verified');
  });

  it('with an unknown check as inconclusive, never as verified', () => {
    expect(outcome([issuedWith(['sings']), finished(), sample(0, true)], 500, true)).toMatchObject({
      outcome: 'inconclusive',
    });
    expect(outcome([issuedWith([]), finished(), sample(0, true)], 500, true)).toMatchObject({
      outcome: 'inconclusive',
    });
  });

  it('once', () => {
    const settled = outcome([issued, declined('aborted')]);
    const next = judge(
      { ...after([issued, finished(), sample(0, true)]), settled },
      { now: at(900), readToEnd: true },
    );
    expect(next).toEqual({ type: 'wait', until: undefined });
  });
});

describe('facts', () => {
  const stories: Fact[][] = [
    [issued, started, finished(), sample(0, false), sample(1, true)],
    [issued, started, { type: 'started', epoch: 2, at: at(9) }, finished('failed')],
    [issued, declined('aborted'), declined('refused', 'digest_conflict')],
  ];

  it('lead to the same watch in any order and any number', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...stories),
        fc.infiniteStream(fc.nat()),
        fc.nat(10),
        (story, numbers, repeats) => {
          const draw = () => numbers.next().value as number;
          const extra = Array.from({ length: repeats }, () => story[draw() % story.length] as Fact);
          const shuffled = [...story, ...extra]
            .map((fact) => ({ fact, rank: draw() }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ fact }) => fact);
          expect(after(shuffled)).toEqual(after(story));
          expect(outcome(shuffled, 500, true)).toEqual(outcome(story, 500, true));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('settle an action the same way, whenever each of them is looked at', () => {
    const [story] = stories;
    let watch = newWatch(ids);
    const settlements: Settled[] = [];
    for (const fact of [...(story as Fact[]), ...(story as Fact[])]) {
      watch = note(watch, fact);
      const next = judge(watch, { now: at(20), readToEnd: true });
      if (next.type === 'settle') {
        settlements.push(next.ruling.settled);
        watch = { ...watch, settled: next.ruling.settled };
      }
    }
    expect(settlements).toHaveLength(1);
  });
});
