import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../support/slot-wants.ts';
import { checkOf, codesOf, type Workbench } from './workbench.ts';

/** Taken and never ordered: nobody is left who would. */
export function withdrawCases({ guardrails, ask, peek, grant, settle, ready }: Workbench): void {
  const w = { workload: 'w', limits: { cooldownMs: 3_600_000 } };
  const withdraw = (decisionId: string, minute: number) =>
    guardrails().withdraw({ decisionId, unaskedSince: at(minute) });

  it('says nothing of what is open until it is rebuilt', async () => {
    await expect(guardrails().openSlots()).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
    await expect(withdraw('dec-1', 0)).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
  });

  describe('a withdrawal', () => {
    beforeEach(() => ready());

    it('is for what is held, with the time of the last question', async () => {
      await ask('dec-1', { workload: 'w1' });
      await peek('dec-2', { workload: 'w2' }, 1);
      await ask('dec-3', { workload: 'w1' }, 1);
      await ask('dec-1', undefined, 5);
      await grant('dec-2', { workload: 'w2' }, 6);
      await ask('dec-4', { workload: 'w4' }, 7);
      await settle('dec-4', 'unknown', 8);
      const open = await guardrails().openSlots();
      expect([...open].sort((a, b) => (a.decisionId < b.decisionId ? -1 : 1))).toEqual([
        { decisionId: 'dec-1', record: 'record of dec-1', takenAt: at(0), askedAt: at(5) },
        { decisionId: 'dec-2', record: 'record of dec-2', takenAt: at(6), askedAt: at(6) },
      ]);
    });

    it('leaves alone what somebody has asked about since', async () => {
      await ask('dec-1', w);
      await ask('dec-1', w, 5);
      expect(await withdraw('dec-1', 4)).toBe(false);
      expect(await ask('dec-1', w, 6)).toMatchObject({ status: 'held' });
      await peek('dec-2', { workload: 'w2' }, 7);
      await grant('dec-2', { workload: 'w2' }, 8);
      await grant('dec-2', { workload: 'w2' }, 9);
      expect(await withdraw('dec-2', 8)).toBe(false);
      expect(await withdraw('dec-2', 9)).toBe(true);
    });

    it('lets nobody order any more, and counts until it is settled', async () => {
      const first = await ask('dec-1', w);
      expect(await withdraw('dec-1', 1)).toBe(true);
      expect(await withdraw('dec-1', 1)).toBe(true);
      expect(await ask('dec-1', w, 2)).toEqual({ ...first, status: 'withdrawing' });
      expect(await grant('dec-1', w, 2)).toMatchObject({ status: 'withdrawing' });
      expect(codesOf(await ask('dec-2', w, 2))).toContain('workload_locked');
      expect((await guardrails().openSlots()).map(({ decisionId }) => decisionId)).toEqual(['dec-1']);
    });

    it('gives everything back but what storms are told by', async () => {
      await ask('dec-1', w);
      await withdraw('dec-1', 1);
      await settle('dec-1', 'none', 2);
      await settle('dec-1', 'none', 3);
      expect(await ask('dec-1', w, 3)).toMatchObject({ status: 'withdrawn', record: 'record of dec-1' });
      expect(await withdraw('dec-1', 3)).toBe(true);
      expect(await guardrails().openSlots()).toEqual([]);
      const next = await ask('dec-2', w, 4);
      expect(next.checks.map(({ observed }) => observed)).toEqual([
        'source 1, all 1 in 60 s',
        'CLOSED, 0 failures',
        '0 in 60 min',
        'none before',
        '0 in 60 min',
        'all 0, target 0 in 24 h',
        'runbook 0, all 0, target 0, namespace 0, service 0',
        'free',
      ]);
    });

    it('gives back the trial of a breaker', async () => {
      const opens = { workload: 'w', limits: { circuitBreaker: { failures: 1, recoveryMs: 60_000 } } };
      await ask('dec-1', opens);
      await settle('dec-1', 'failed', 1);
      expect(await ask('dec-2', opens, 3)).toMatchObject({ trial: true });
      await withdraw('dec-2', 4);
      await settle('dec-2', 'none', 5);
      const next = await ask('dec-3', opens, 6);
      expect(next).toMatchObject({ status: 'held', trial: true });
      expect(checkOf(next, 'circuit')?.observed).toBe('HALF_OPEN, no trial yet');
    });

    it('is for nothing that is over, refused, only noted or unknown', async () => {
      await ask('dec-1', w);
      await ask('dec-2', w, 1);
      await peek('dec-3', { workload: 'w3' }, 1);
      await settle('dec-1', 'succeeded', 2);
      for (const id of ['dec-1', 'dec-2', 'dec-3', 'dec-4']) expect(await withdraw(id, 60)).toBe(false);
      expect(await ask('dec-1', w, 3)).toMatchObject({ status: 'released' });
    });

    it('believes a settlement that says more', async () => {
      await ask('dec-1', w);
      await withdraw('dec-1', 1);
      await settle('dec-1', 'unknown', 2);
      expect(await ask('dec-1', w, 3)).toMatchObject({ status: 'frozen' });
      expect(codesOf(await ask('dec-2', w, 3))).toContain('workload_locked');
    });
  });
}
