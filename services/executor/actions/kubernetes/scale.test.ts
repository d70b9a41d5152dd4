import { describe, expect, it } from 'vitest';
import type { Facts } from '../../domain/observation.ts';
import { deployed, lookingAt, type Target, web } from '../../fixtures/look.ts';
import { scale } from './scale.ts';

const observe = (args: Facts, target: Target = {}) =>
  scale.observe(scale.parse({ ...web, ...args }), lookingAt(target));
const refusals = async (args: Facts, target: Target = {}) =>
  (await observe(args, target)).checks.filter(({ ok }) => !ok).map(({ name }) => name);
const reasonOf = async (name: string, args: Facts, target: Target = {}) =>
  (await observe(args, target)).checks.find((check) => check.name === name)?.reason;
const two = { addReplicas: 2, maxReplicas: 10, onlyUp: true };
const of = (desired: number) => ({ workload: deployed({ desired, ready: desired, available: desired }) });
const cap = (hard: number, used: number, resource = 'pods') => ({
  quotas: [{ name: 'cap', isScoped: false, items: [{ resource, hard, used }] }],
});

describe('a plan to scale', () => {
  it('says the absolute counts, before and after', async () => {
    expect(await observe(two)).toMatchObject({
      risk: 'low',
      changes: ['replicas 3 -> 5'],
      before: { replicas: 3, readyReplicas: 3 },
      binding: { from: 3, to: 5, uid: 'uid-web' },
    });
    expect(await refusals(two)).toEqual([]);
  });

  it('computes from a predicted load how many are needed, up only', async () => {
    const load = (predictedLoad: number) => ({ predictedLoad, currentLoad: 90, maxReplicas: 10 });
    expect((await observe(load(140))).changes).toEqual(['replicas 3 -> 5']);
    expect((await observe(load(9_000))).changes).toEqual(['replicas 3 -> 10']);
    expect((await observe(load(10))).changes).toEqual([]);
    expect(await reasonOf('count', load(10))).toBe('it has 3 replicas already: nothing would change');
    expect(await reasonOf('count', { ...load(10), currentLoad: 0 })).toMatch('nothing can be computed');
  });

  it('is riskier the further it goes', async () => {
    expect((await observe({ addReplicas: 3 })).risk).toBe('medium');
    expect((await observe({ addReplicas: -1 })).risk).toBe('medium');
    expect((await observe({ addReplicas: 1 }, of(0))).risk).toBe('high');
  });

  it.each<[string, string[], string, Facts, Target]>([
    ['it is at its maximum', ['room', 'count'], '10 at most', two, of(10)],
    ['it is above its maximum', ['room', 'count'], '10 at most', two, of(12)],
    ['nothing would change', ['count'], 'nothing would change', { replicas: 3 }, {}],
    [
      'fewer are asked for where only more may be',
      ['count'],
      'only goes up',
      { replicas: 2, onlyUp: true },
      {},
    ],
    ['more are asked for than may be', ['count'], 'more than 4', { replicas: 5, maxReplicas: 4 }, {}],
    ['fewer are asked for than may be', ['count'], 'less than 2', { replicas: 1, minReplicas: 2 }, {}],
    ['it was scaled to zero', ['ready pods', 'count'], 'Ready', two, of(0)],
    ['a rollout is under way', ['rollout'], 'rolling', two, { workload: deployed({ rollingOut: true }) }],
    ['another action is at it', ['workload'], 'act-0', two, { holder: 'act-0' }],
    [
      'an autoscaler would undo it',
      ['autoscaler'],
      'web-scaler (2 to 7) sets its replicas',
      two,
      { autoscalers: [{ name: 'web-scaler', minimum: 2, maximum: 7 }] },
    ],
    ['a quota would forbid it', ['quota'], 'pods 4 + 2 of 5 (cap)', two, cap(5, 4)],
    [
      'too large a share would go',
      ['replicas'],
      '2 of 3 (67 %)',
      { addReplicas: -2 },
      { limits: { maxPercentOfReplicas: 50 } },
    ],
  ])('refuses where %s', async (_why, names, reason, args, target) => {
    const refused = (await observe(args, target)).checks.filter(({ ok }) => !ok);
    expect(refused.map(({ name }) => name)).toEqual(names);
    expect(refused[0]?.reason).toContain(reason);
  });

  it('says that it may not read quotas, and refuses only where a runbook counts on them', async () => {
    const blind: Target = { quotas: 'not_readable' };
    const { checks } = await observe(two, blind);
    expect(checks.find(({ name }) => name === 'quota')).toMatchObject({
      ok: true,
      observed: 'not judged: the executor may not read it',
    });
    const limits = { preChecks: [{ name: 'quota_available', expression: '' }] };
    expect(await refusals(two, { ...blind, limits })).toEqual(['quota_available']);
    expect(await refusals(two, { ...cap(5, 3), limits })).toEqual([]);
  });

  it('lets a runbook ask for its maximum and for what is left', async () => {
    const asks = (name: string, expression = '') => ({ limits: { preChecks: [{ name, expression }] } });
    const below = asks('current_replicas_below_max');
    expect(await refusals(two, below)).toEqual([]);
    expect(await reasonOf('current_replicas_below_max', { addReplicas: 1 }, below)).toMatch('no maxReplicas');
    const room = asks('room for three', 'live.quotaRemaining >= 3 && live.maxReplicas == 10');
    expect(await refusals(two, { ...cap(9, 6), ...room })).toEqual([]);
    expect(await refusals(two, { ...cap(9, 7), ...room })).toEqual(['room for three']);
  });

  it('is another plan once somebody else has scaled', async () => {
    const first = (await observe(two)).binding;
    expect((await observe(two, { workload: deployed({ ready: 1, available: 1 }) })).binding).toEqual(first);
    expect((await observe(two, of(4))).binding).not.toEqual(first);
  });

  it.each<[string, Facts]>([
    ['says how many', {}],
    ['says how many', { replicas: 3, addReplicas: 1 }],
    ['replicas is not a whole number', { replicas: 0 }],
    ['replicas is not a whole number', { replicas: 2.5 }],
    ['addReplicas is not a whole number', { addReplicas: '2' }],
    ['addReplicas is not a whole number', { addReplicas: 101 }],
    ['currentLoad is missing', { predictedLoad: 3, maxReplicas: 3 }],
    ['maxReplicas is missing', { predictedLoad: 3, currentLoad: 3 }],
    ['predictedLoad is not a number', { predictedLoad: -1, currentLoad: 3, maxReplicas: 3 }],
    ['onlyUp is neither', { replicas: 3, onlyUp: 'yes' }],
    ['its nodes say how many pods it has', { replicas: 3, kind: 'daemonset' }],
  ])('takes no arguments of which it holds that %s', (problem, args) => {
    expect(() => scale.parse({ ...web, ...args })).toThrow(
      problem.replace('says how many', 'that say how many'),
    );
  });
});
