import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../support/slot-wants.ts';
import { checkOf, codesOf, type Workbench } from './workbench.ts';

/** People are asked first: the guardrails answer twice, and only the second answer takes anything. */
export function grantCases({ guardrails, ask, peek, grant, settle, ready }: Workbench): void {
  const w = { workload: 'w' };

  describe('a grant', () => {
    beforeEach(() => ready());

    it('takes what was only looked at before', async () => {
      expect(await peek('dec-1', w)).toMatchObject({ status: 'noted' });
      expect(await ask('dec-2', w)).toMatchObject({ status: 'held' });
      await settle('dec-2', 'none');
      expect(await grant('dec-1', w, 3)).toMatchObject({ status: 'held', trial: false, at: at(3) });
      expect(codesOf(await ask('dec-3', w, 4))).toContain('workload_locked');
      await settle('dec-1', 'none', 5);
      expect(await ask('dec-4', w, 6)).toMatchObject({ status: 'held' });
    });

    it('is asked of the guardrails as they are then', async () => {
      await peek('dec-1', w);
      await ask('dec-2', w, 1);
      const refused = await grant('dec-1', w, 2);
      expect(refused).toMatchObject({ status: 'refused', at: at(2) });
      expect(checkOf(refused, 'workload lock')).toMatchObject({ observed: 'held by dec-2' });
    });

    it('keeps nothing of a no, and can be asked for again', async () => {
      await peek('dec-1', w);
      await ask('dec-2', w, 1);
      await grant('dec-1', w, 2);
      await settle('dec-2', 'none', 3);
      expect(await grant('dec-1', w, 4)).toMatchObject({ status: 'held', at: at(4) });
    });

    it('gives the first yes again, and charges it once', async () => {
      await peek('dec-1', w);
      const first = await grant('dec-1', w, 1);
      expect(await grant('dec-1', w, 9)).toEqual(first);
      await settle('dec-1', 'succeeded', 10);
      const late = await grant('dec-1', w, 11);
      expect(late).toMatchObject({ status: 'released', at: at(1) });
    });

    it('leaves the answer to the decision as it was', async () => {
      const seen = await peek('dec-1', w);
      await ask('dec-2', { workload: 'other' }, 1);
      await grant('dec-1', w, 2);
      const again = await peek('dec-1', w, 3);
      expect(again).toEqual({ ...seen, status: 'held' });
    });

    it('is not for what a guardrail had refused, nor for what is under way', async () => {
      await ask('dec-1', w);
      await peek('dec-2', w, 1);
      await settle('dec-1', 'none', 2);
      expect(await grant('dec-2', w, 3)).toMatchObject({ status: 'refused' });
      await ask('dec-3', w, 4);
      expect(await grant('dec-3', w, 5)).toMatchObject({ status: 'held' });
      expect(codesOf(await ask('dec-4', w, 6))).toContain('workload_locked');
    });

    it('works for a decision that the store does not know', async () => {
      expect(await grant('dec-1', w, 1)).toMatchObject({ status: 'held' });
      expect(await ask('dec-1', undefined, 2)).toMatchObject({ record: 'of the grant' });
    });

    it('can be the trial of a half-open breaker', async () => {
      const opens = { workload: 'w', limits: { circuitBreaker: { failures: 1, recoveryMs: 60_000 } } };
      await ask('dec-1', opens);
      await settle('dec-1', 'failed', 1);
      await peek('dec-2', opens, 3);
      expect(await grant('dec-2', opens, 4)).toMatchObject({ status: 'held', trial: true });
      expect(codesOf(await ask('dec-3', { ...opens, workload: 'v' }, 5))).toContain('circuit_open');
    });

    it('is remembered by a store that is filled from the log', async () => {
      const first = await peek('dec-1', w);
      await guardrails().rebuild(async (into) => {
        const logged = { decisionId: 'dec-1', record: 'record of dec-1', checks: first.checks, trial: false };
        await into.decision({ ...logged, wants: undefined, decidedAt: at(0) });
      });
      const granted = await grant('dec-1', w, 1);
      expect(granted).toMatchObject({ status: 'held' });
    });
  });
}
