import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../support/slot-wants.ts';
import { checkOf, codesOf, type Workbench } from './workbench.ts';

const MS = 1 / 60_000;
const MINUTE_MS = 60_000;

/** Rate, cooldown, attempts, concurrency: what they count, what gives it back, and when they let go. */
export function limitCases({ ask, settle, run, ready }: Workbench): void {
  describe('limits', () => {
    beforeEach(() => ready());

    it('rate: counts every run for a service, and lets the next in when the oldest is 60 minutes old', async () => {
      const w = { limits: { maxExecutionsPerHour: 2 } };
      expect(await run('dec-1', w, 'succeeded', [0, 1])).toBe('held');
      expect(await run('dec-2', w, 'failed', [10, 11])).toBe('held');
      const third = await ask('dec-3', w, 20);
      expect(codesOf(third)).toEqual(['rate_limited']);
      expect(checkOf(third, 'rate')).toMatchObject({ observed: '2 in 60 min', limit: '2', endsAt: at(60) });
      expect((await ask('dec-4', w, 60 - MS)).status).toBe('refused');
      expect((await ask('dec-5', w, 60)).status).toBe('held');
    });

    it('rate: says when enough have left, where the limit was lowered', async () => {
      for (const minute of [0, 5, 10]) await run(`dec-${minute}`, {}, 'succeeded', [minute, minute + 1]);
      const slot = await ask('dec-n', { limits: { maxExecutionsPerHour: 2 } }, 20);
      expect(checkOf(slot, 'rate')).toMatchObject({ observed: '3 in 60 min', endsAt: at(65) });
    });

    it('rate: is by runbook, target, namespace and service', async () => {
      const limits = { maxExecutionsPerHour: 1 };
      await run('dec-1', { limits }, 'succeeded', [0, 1]);
      const others = [{ runbook: 'r' }, { target: 't' }, { namespace: 'n' }, { service: 's' }];
      for (const [i, other] of others.entries()) {
        const workload = `w-${i}`;
        expect(await ask(`dec-o-${i}`, { ...other, workload, limits }, 2)).toMatchObject({ status: 'held' });
      }
      expect((await ask('dec-2', { resource: 'pod/production/other', limits }, 2)).status).toBe('refused');
    });

    it('rate and attempts: what had no effect is given back, and a refusal takes nothing', async () => {
      const w = { limits: { maxExecutionsPerHour: 1, maxAttemptsPerTarget: 1 } };
      await run('dec-1', w, 'none', [0, 1]);
      await ask('dec-2', w, 2);
      expect((await ask('dec-3', w, 3)).status).toBe('refused');
      await settle('dec-3', 'none', 4);
      await settle('dec-2', 'none', 4);
      await settle('dec-2', 'none', 5);
      const next = await ask('dec-4', w, 6);
      expect(checkOf(next, 'rate')).toMatchObject({ observed: '0 in 60 min' });
      expect(checkOf(next, 'attempts')).toMatchObject({ observed: '0 in 60 min' });
      expect(next.status).toBe('held');
    });

    it('0 lets nothing pass, and never ends', async () => {
      const concurrency = { global: 0, perTarget: 0, perNamespace: 0, perService: 0 };
      const limits = { maxExecutionsPerHour: 0, maxAttemptsPerTarget: 0, concurrency };
      const slot = await ask('dec-1', { limits });
      expect(codesOf(slot)).toEqual(['rate_limited', 'attempts_spent', 'too_many_actions']);
      for (const check of slot.checks) expect(check.endsAt).toBeUndefined();
    });

    it('cooldown: begins with the settlement, and ends to the millisecond', async () => {
      const w = { limits: { cooldownMs: 5 * MINUTE_MS } };
      await ask('dec-1', w, 0);
      const during = await ask('dec-2', { ...w, workload: 'w2' }, 1);
      expect(codesOf(during)).toEqual(['cooling_down']);
      expect(checkOf(during, 'cooldown')).toMatchObject({ observed: '1 under way', endsAt: undefined });
      await settle('dec-1', 'succeeded', 2);
      const after = await ask('dec-3', w, 6);
      expect(checkOf(after, 'cooldown')).toMatchObject({
        observed: '4 min since the last',
        limit: '5 min',
        endsAt: at(7),
      });
      expect((await ask('dec-4', w, 7 - MS)).status).toBe('refused');
      expect((await ask('dec-5', { ...w, runbook: 'r', workload: 'w5' }, 6)).status).toBe('held');
      expect((await ask('dec-6', w, 7)).status).toBe('held');
    });

    it('cooldown: counts from the latest settlement, in whatever order they are read', async () => {
      const limits = { cooldownMs: 10 * MINUTE_MS };
      await ask('dec-1', { workload: 'w1' }, 0);
      await ask('dec-2', { workload: 'w2' }, 0);
      await settle('dec-2', 'failed', 9);
      await settle('dec-1', 'succeeded', 3);
      expect(checkOf(await ask('dec-3', { limits }, 10), 'cooldown')?.endsAt).toEqual(at(19));
    });

    it('cooldown: an unknown outcome begins it, and what had no effect does not', async () => {
      const limits = { cooldownMs: 10 * MINUTE_MS };
      await run('dec-1', { limits, workload: 'w1' }, 'none', [0, 1]);
      expect(await run('dec-2', { limits, workload: 'w2' }, 'unknown', [2, 3])).toBe('held');
      await settle('dec-2', 'none', 4);
      expect(codesOf(await ask('dec-3', { limits }, 5))).toEqual(['cooling_down']);
    });

    it('attempts: counts this runbook on this resource', async () => {
      const limits = { maxAttemptsPerTarget: 1 };
      await run('dec-1', { limits }, 'failed', [0, 1]);
      const again = await ask('dec-2', { limits }, 2);
      expect(codesOf(again)).toEqual(['attempts_spent']);
      expect(checkOf(again, 'attempts')).toMatchObject({ limit: '1', endsAt: at(60) });
      const others = [{ runbook: 'r' }, { target: 't' }, { resource: 'pod/production/api-server-2' }];
      for (const [i, other] of others.entries()) {
        const slot = await ask(`dec-o-${i}`, { ...other, workload: `w-${i}`, limits }, 2);
        expect(slot.status).toBe('held');
      }
      await run('dec-3', { limits: {}, workload: 'w3' }, 'succeeded', [3, 4]);
      expect((await ask('dec-4', { limits }, 60)).status).toBe('refused');
      expect((await ask('dec-5', { limits }, 63)).status).toBe('held');
    });

    it.each<[string, object, object]>([
      ['of this runbook', { maxConcurrentActions: 1 }, { runbook: 'r' }],
      ['in all', { concurrency: { global: 1 } }, {}],
      ['at prod', { concurrency: { perTarget: 1 } }, { target: 't' }],
      ['in namespace production', { concurrency: { perNamespace: 1 } }, { namespace: 'n' }],
      ['for api-server', { concurrency: { perService: 1 } }, { service: 's' }],
    ])('concurrency %s: held slots alone count', async (where, limit, other) => {
      const wide = { global: 9, perTarget: 9, perNamespace: 9, perService: 9 };
      const limits = {
        ...limit,
        concurrency: { ...wide, ...('concurrency' in limit ? (limit.concurrency as object) : {}) },
      };
      await ask('dec-1', { workload: 'w1' });
      const refused = await ask('dec-2', { limits });
      expect(codesOf(refused)).toEqual(['too_many_actions']);
      expect(checkOf(refused, 'concurrency')?.reason).toContain(`1 of 1 ${where}`);
      expect(checkOf(refused, 'concurrency')?.endsAt).toBeUndefined();
      if (where !== 'in all') {
        expect((await ask('dec-3', { ...other, limits, workload: 'w3' })).status).toBe('held');
        await settle('dec-3', 'succeeded');
      }
      // Nobody knows what came of it: it is locked, and no longer under way.
      await settle('dec-1', 'unknown');
      expect((await ask('dec-4', { limits })).status).toBe('held');
    });

    it.each([
      ['in all', { global: 2, perTarget: 0 }, { target: 'other' }],
      ['at prod', { global: 0, perTarget: 2 }, {}],
    ])('budget %s: what ran in 24 hours, of any runbook', async (where, budget, place) => {
      const limits = { budget };
      await run('dec-1', { limits }, 'succeeded', [0, 1]);
      await run('dec-2', { limits }, 'none', [2, 3]);
      await run('dec-3', { limits, runbook: 'r', service: 's' }, 'failed', [4, 5]);
      const spent = await ask('dec-4', { ...place, limits }, 6);
      expect(codesOf(spent)).toEqual(['budget_spent']);
      expect(checkOf(spent, 'budget')).toMatchObject({
        reason: `the actions of a day are spent: 2 of 2 ${where}`,
        endsAt: at(24 * 60),
      });
      expect((await ask('dec-5', { limits }, 24 * 60 - MS)).status).toBe('refused');
      expect((await ask('dec-6', { limits }, 24 * 60)).status).toBe('held');
    });

    it('says everything that is in the way, behind the first as well', async () => {
      const limits = {
        maxExecutionsPerHour: 1,
        cooldownMs: MINUTE_MS,
        maxAttemptsPerTarget: 1,
        maxConcurrentActions: 1,
        circuitBreaker: { failures: 1, recoveryMs: 5 * MINUTE_MS },
      };
      await ask('dec-2', {}, 0);
      await run('dec-1', { workload: 'w1' }, 'unknown', [0, 1]);
      await run(
        'dec-0',
        { limits: { circuitBreaker: limits.circuitBreaker }, workload: 'w0' },
        'failed',
        [1, 2],
      );
      const slot = await ask('dec-3', { limits }, 3);
      expect(slot.status).toBe('refused');
      expect(codesOf(slot)).toEqual([
        'circuit_open',
        'rate_limited',
        'cooling_down',
        'attempts_spent',
        'too_many_actions',
        'workload_locked',
      ]);
    });

    it('keeps names apart, whatever is in them', async () => {
      const limits = { maxExecutionsPerHour: 1 };
      await run('dec-1', { namespace: 'a","b', service: 'c', limits }, 'succeeded', [0, 1]);
      await run('dec-2', { namespace: 'a/b:c', service: '', limits }, 'succeeded', [0, 1]);
      expect((await ask('dec-3', { namespace: 'a', service: 'b","c', limits }, 2)).status).toBe('held');
      expect((await ask('dec-4', { namespace: 'a/b', service: 'c', workload: 'w4', limits }, 2)).status).toBe(
        'held',
      );
    });
  });
}
