import { describe, expect, it } from 'vitest';
import type { Refill } from '../../../services/decision/ports.ts';
import { at, slotWants, type WantsChange } from '../../support/slot-wants.ts';
import { checkOf, type Workbench } from './workbench.ts';

const FREE = { a: 'released', b: 'refused', lock: 'held' };

/** After a rebuild the store is what the log says, and nothing of before. */
export function rebuildCases({ guardrails, ask, ready }: Workbench): void {
  const into = (refill: Refill) => ({
    held: (decisionId: string, wants: WantsChange, minute = 0, trial = false) =>
      refill.decision({
        decisionId,
        record: `record of ${decisionId}`,
        wants: slotWants(wants),
        checks: [],
        trial,
        decidedAt: at(minute),
      }),
    settled: (decisionId: string, outcome: 'none' | 'succeeded' | 'failed' | 'unknown', minute = 0) =>
      refill.settled({ decisionId, outcome, at: at(minute) }),
  });

  describe('after a rebuild', () => {
    it('slots and locks are what the log says', async () => {
      await ready();
      await ask('dec-gone', { workload: 'lost' });
      const refusal = await ask('dec-no', { workload: 'lost' });
      const { checks, storm } = refusal;
      await guardrails().rebuild(async (refill) => {
        const { held, settled } = into(refill);
        await held('dec-open', { workload: 'w-open' });
        await held('dec-done', { workload: 'w-done' });
        await held('dec-lost', { workload: 'w-lost' });
        const logged = { wants: undefined, trial: false, decidedAt: at(0) };
        await refill.decision({ ...logged, decisionId: 'dec-no', record: 'no', checks, storm });
        await refill.decision({ ...logged, decisionId: 'dec-noted', record: 'noted', checks: [] });
        await settled('dec-done', 'succeeded');
        await settled('dec-lost', 'unknown');
        await settled('dec-early', 'none');
      });
      const limits = {};
      expect(await ask('dec-open', { workload: 'w-open' })).toMatchObject({
        status: 'held',
        record: 'record of dec-open',
      });
      expect(await ask('dec-done', { workload: 'w-done' })).toMatchObject({ status: 'released' });
      expect(await ask('dec-lost', { workload: 'w-lost' })).toMatchObject({ status: 'frozen' });
      expect(await ask('dec-no', { workload: 'w-open' })).toEqual({ ...refusal, record: 'no' });
      expect(await ask('dec-noted', { workload: 'w' })).toMatchObject({ status: 'noted', record: 'noted' });
      expect(await ask('dec-early', { workload: 'w' })).toMatchObject({ status: 'released' });
      expect(await ask('dec-new-1', { workload: 'w-open', limits })).toMatchObject({ status: 'refused' });
      expect(await ask('dec-new-2', { workload: 'w-done', limits })).toMatchObject({ status: 'held' });
      expect(await ask('dec-new-3', { workload: 'w-lost', limits })).toMatchObject({ status: 'refused' });
      expect(await ask('dec-new-4', { workload: 'lost', limits })).toMatchObject({ status: 'held' });
    });

    it('says of nothing that it is over while it is filled: what is under way may not be there yet', async () => {
      await ready();
      await ask('dec-open', {});
      await guardrails().rebuild(async (refill) => {
        await expect(guardrails().openSlots()).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
        await into(refill).held('dec-open', {});
        await expect(guardrails().openSlots()).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
      });
      expect(await guardrails().openSlots()).toMatchObject([{ decisionId: 'dec-open' }]);
    });

    /** Two decisions on one workload, in the orders in which their log can be read. */
    const twoOnALock: readonly [string, readonly string[], Record<'a' | 'b' | 'lock', string>][] = [
      ['refused while it was held', ['A held', 'B refused', 'A settled'], FREE],
      ['refused, and read after the settlement', ['A held', 'A settled', 'B refused'], FREE],
      ['refused, and read before the one that held it', ['B refused', 'A held', 'A settled'], FREE],
      [
        'refused, and the first goes on',
        ['A held', 'B refused'],
        { a: 'held', b: 'refused', lock: 'refused' },
      ],
      ['ordered after it', ['A held', 'A settled', 'B held'], { a: 'released', b: 'held', lock: 'refused' }],
      [
        'ordered before its settlement was read',
        ['A held', 'B held', 'A settled'],
        { a: 'released', b: 'held', lock: 'refused' },
      ],
      [
        'refused, and the first is unknown',
        ['A held', 'B refused', 'A unknown'],
        { a: 'frozen', b: 'refused', lock: 'refused' },
      ],
    ];
    it.each(twoOnALock)(
      'the lock of a workload is as the log says: %s',
      async (_what, log, { a, b, lock }) => {
        await ready();
        await ask('dec-x', { workload: 'w' });
        const { checks } = await ask('dec-y', { workload: 'w' });
        await guardrails().rebuild(async (refill) => {
          const { held, settled } = into(refill);
          for (const [minute, happened] of log.entries()) {
            const [who = '', what = ''] = happened.split(' ');
            const decisionId = `dec-${who}`;
            if (what === 'held') await held(decisionId, { workload: 'w' }, minute);
            else if (what === 'settled') await settled(decisionId, 'succeeded', minute);
            else if (what === 'unknown') await settled(decisionId, 'unknown', minute);
            else {
              const decidedAt = at(minute);
              await refill.decision({
                decisionId,
                record: 'b',
                wants: undefined,
                checks,
                trial: false,
                decidedAt,
              });
            }
          }
        });
        expect(await ask('dec-A', { workload: 'w' }, 5)).toMatchObject({ status: a });
        expect(await ask('dec-B', { workload: 'w' }, 5)).toMatchObject({ status: b });
        const next = await ask('dec-C', { workload: 'w' }, 5);
        expect([next.status, checkOf(next, 'workload lock')?.result]).toEqual([
          lock,
          lock === 'held' ? 'pass' : 'refuse',
        ]);
      },
    );

    it('what was counted is counted, from the times in the log', async () => {
      await guardrails().rebuild(async (refill) => {
        const { held, settled } = into(refill);
        await held('dec-1', { workload: 'w1' }, 0);
        await settled('dec-1', 'succeeded', 2);
        await held('dec-2', { workload: 'w2' }, 10);
        await settled('dec-2', 'none', 11);
        await held('dec-3', { workload: 'w3' }, 20);
      });
      const limits = { maxExecutionsPerHour: 2, maxAttemptsPerTarget: 2, cooldownMs: 3_600_000 };
      const slot = await ask('dec-n', { limits }, 30);
      expect(slot.checks.map(({ name, observed }) => [name, observed])).toEqual([
        ['storm', 'source 1, all 1 in 60 s'],
        ['circuit', 'CLOSED, 0 failures'],
        ['rate', '2 in 60 min'],
        ['cooldown', '1 under way'],
        ['attempts', '2 in 60 min'],
        ['budget', 'all 2, target 2 in 24 h'],
        ['concurrency', 'runbook 1, all 1, target 1, namespace 1, service 1'],
        ['workload lock', 'free'],
      ]);
      expect(checkOf(slot, 'rate')?.endsAt).toEqual(at(60));
      await guardrails().settle({ decisionId: 'dec-3', outcome: 'none', at: at(31) });
      expect(checkOf(await ask('dec-m', { limits }, 32), 'cooldown')?.endsAt).toEqual(at(62));
    });

    it('a breaker is where its settlements have brought it, and knows its trial', async () => {
      const limits = { circuitBreaker: { failures: 2, recoveryMs: 300_000 } };
      await guardrails().rebuild(async (refill) => {
        const { held, settled } = into(refill);
        for (const minute of [0, 1]) {
          await held(`dec-${minute}`, { limits, workload: `w${minute}` }, minute);
          await settled(`dec-${minute}`, 'failed', minute);
        }
        await held('dec-t', { limits, workload: 'wt' }, 6, true);
      });
      expect(await ask('dec-t', { limits }, 7)).toMatchObject({ status: 'held', trial: true });
      const beside = await ask('dec-n', { limits }, 7);
      expect(checkOf(beside, 'circuit')?.observed).toBe('HALF_OPEN, trial dec-t');
      await guardrails().settle({ decisionId: 'dec-t', outcome: 'succeeded', at: at(8) });
      expect(await ask('dec-m', { limits }, 9)).toMatchObject({ status: 'held', trial: false });
    });

    it('what the log says twice counts once', async () => {
      await guardrails().rebuild(async (refill) => {
        const { held, settled } = into(refill);
        await held('dec-1', { workload: 'w1' });
        await held('dec-1', { workload: 'w1' }, 5);
        await settled('dec-1', 'failed', 6);
        await settled('dec-1', 'failed', 6);
      });
      const slot = await ask('dec-n', {}, 7);
      expect(checkOf(slot, 'rate')?.observed).toBe('1 in 60 min');
      expect(checkOf(slot, 'circuit')?.observed).toBe('CLOSED, 1 failure');
    });
  });
}
