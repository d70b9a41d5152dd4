import { describe, expect, it } from 'vitest';
import { deployed } from '../fixtures/look.ts';
import { podsLeft, quotaAllows } from './quota-check.ts';
import type { Quota } from './target-state.ts';

const workload = deployed();
const quota = (items: Quota['items'], isScoped = false): Quota => ({ name: 'cap', isScoped, items });
const pods = (hard: number | undefined, used: number | undefined) => ({ resource: 'pods', hard, used });
const judged = (quotas: readonly Quota[], added = 2) => quotaAllows({ workload, quotas, added });

describe('a quota', () => {
  it.each([
    [5, 3, true],
    [5, 4, false],
    [5, 9, false],
  ])('of %d pods, %d of them there, has room for two: %s', (hard, used, ok) => {
    expect(judged([quota([pods(hard, used)])]).ok).toBe(ok);
  });

  it('of cpu is asked for what the pods take together, however fractions add up', () => {
    const cpu = (hard: number, used: number) => judged([quota([{ resource: 'requests.cpu', hard, used }])]);
    expect(cpu(2, 1)).toMatchObject({ ok: true, observed: 'room' });
    expect(cpu(2, 1.1)).toMatchObject({ ok: false, observed: 'requests.cpu 1.1 + 1 of 2 (cap)' });
    const tenths = { ...workload, template: { ...workload.template, demand: { 'requests.cpu': 0.1 } } };
    const items = [{ resource: 'requests.cpu', hard: 0.3, used: 0 }];
    expect(quotaAllows({ workload: tenths, quotas: [quota(items)], added: 3 }).ok).toBe(true);
  });

  it('of something else does not matter, and one that cannot be judged is said and no refusal', () => {
    expect(judged([quota([{ resource: 'services', hard: 1, used: 1 }])]).observed).toBe('room');
    const memory = { resource: 'requests.memory', hard: 1, used: 1 };
    for (const unknown of [quota([memory]), quota([pods(1, 1)], true), quota([pods(undefined, 1)])])
      expect(judged([unknown])).toMatchObject({ ok: true, observed: expect.stringContaining('not judged') });
    expect(judged([quota([memory]), quota([pods(4, 4)])]).ok).toBe(false);
  });

  it('is not asked where no pod is added', () => {
    expect(judged([quota([pods(1, 9)])], -1)).toMatchObject({ ok: true, observed: 'not needed' });
    expect(judged([])).toMatchObject({ ok: true, observed: 'none' });
  });

  it('leaves as many pods as the tightest of them', () => {
    expect(podsLeft([quota([pods(5, 1)]), quota([pods(9, 7)]), quota([pods(1, 1)], true)])).toBe(2);
    expect(podsLeft([quota([pods(5, 9)])])).toBe(0);
    expect(podsLeft([])).toBeUndefined();
    expect(podsLeft('not_readable')).toBeUndefined();
  });
});
