import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../support/slot-wants.ts';
import { checkOf, codesOf, type Workbench } from './workbench.ts';

const MS = 1 / 60_000;

/** The breaker of a runbook: opens after failures in a row, then lets exactly one trial in. */
export function circuitCases({ ask, settle, run, ready }: Workbench): void {
  const limits = { circuitBreaker: { failures: 2, recoveryMs: 300_000 } };
  const w = { limits };
  /** Two failures; open from minute 2 to minute 7. */
  const open = async () => {
    await run('dec-f1', w, 'failed', [0, 1]);
    await run('dec-f2', w, 'failed', [1, 2]);
  };

  describe('circuit', () => {
    beforeEach(() => ready());

    it('opens after the failures of its limit, for every service, until its recovery is over', async () => {
      await open();
      const slot = await ask('dec-1', { limits, service: 'other', workload: 'other' }, 3);
      expect(slot.status).toBe('refused');
      expect(checkOf(slot, 'circuit')).toMatchObject({
        observed: 'OPEN, 2 failures',
        limit: 'opens at 2',
        code: 'circuit_open',
        endsAt: at(7),
      });
      expect((await ask('dec-2', { limits, runbook: 'another' }, 3)).status).toBe('held');
      expect((await ask('dec-3', w, 7 - MS)).status).toBe('refused');
    });

    it('counts failures in a row: a success between begins anew, what did nothing does not', async () => {
      await run('dec-1', w, 'failed', [0, 1]);
      await run('dec-2', w, 'succeeded', [1, 2]);
      await run('dec-3', w, 'failed', [2, 3]);
      await run('dec-4', w, 'none', [3, 4]);
      expect(checkOf(await ask('dec-5', w, 5), 'circuit')).toMatchObject({ observed: 'CLOSED, 1 failure' });
      await settle('dec-5', 'unknown', 6);
      expect(codesOf(await ask('dec-6', { limits, workload: 'w6' }, 7))).toEqual(['circuit_open']);
    });

    it('lets one trial in, and nobody beside it', async () => {
      await open();
      const trial = await ask('dec-t', w, 7);
      expect(trial).toMatchObject({ status: 'held', trial: true });
      expect(checkOf(trial, 'circuit')?.observed).toBe('HALF_OPEN, no trial yet');
      expect(await ask('dec-t', w, 8)).toEqual(trial);
      const beside = await ask('dec-1', { limits, service: 'other', workload: 'other' }, 8);
      expect(codesOf(beside)).toEqual(['circuit_open']);
      expect(checkOf(beside, 'circuit')).toMatchObject({
        observed: 'HALF_OPEN, trial dec-t',
        endsAt: undefined,
      });
      await settle('dec-t', 'succeeded', 9);
      expect(await ask('dec-2', w, 10)).toMatchObject({ status: 'held', trial: false });
    });

    it.each(['failed', 'unknown'] as const)('opens again when the trial is %s', async (outcome) => {
      await open();
      await run('dec-t', { ...w, workload: 't' }, outcome, [7, 9]);
      const slot = await ask('dec-1', w, 10);
      expect(checkOf(slot, 'circuit')).toMatchObject({ code: 'circuit_open', endsAt: at(14) });
      expect(await ask('dec-2', w, 14)).toMatchObject({ status: 'held', trial: true });
    });

    it('lets another try when the trial did nothing', async () => {
      await open();
      await run('dec-t', w, 'none', [7, 8]);
      expect(await ask('dec-1', w, 8)).toMatchObject({ status: 'held', trial: true });
      await settle('dec-t', 'succeeded', 9);
      expect((await ask('dec-2', { limits, workload: 'w2' }, 9)).status).toBe('refused');
    });

    it('takes nothing from what began before it opened', async () => {
      for (const id of ['a', 'b', 'c']) await ask(`dec-${id}`, { limits, workload: id }, 0);
      await open();
      await settle('dec-a', 'succeeded', 3);
      await settle('dec-b', 'failed', 4);
      expect(checkOf(await ask('dec-1', w, 5), 'circuit')).toMatchObject({
        observed: 'OPEN, 2 failures',
        endsAt: at(7),
      });
      await ask('dec-t', w, 7);
      await settle('dec-c', 'succeeded', 8);
      expect((await ask('dec-2', { limits, workload: 'w2' }, 9)).status).toBe('refused');
    });

    it('refused by another guardrail, nobody is the trial', async () => {
      await open();
      await ask('dec-l', { runbook: 'another' }, 6);
      expect(await ask('dec-1', w, 7)).toMatchObject({ status: 'refused', trial: false });
      await settle('dec-l', 'succeeded', 8);
      expect(await ask('dec-2', w, 8)).toMatchObject({ status: 'held', trial: true });
    });
  });
}
