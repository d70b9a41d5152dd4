import { beforeEach, describe, expect, it } from 'vitest';
import { at, slotWants } from '../../support/slot-wants.ts';
import { checkOf, type Workbench } from './workbench.ts';

/** A person has looked at a breaker: what was settled until then is forgotten, by a rebuilt store too. */
export function resetCases({ guardrails, ask, settle, run, ready }: Workbench): void {
  const limits = { circuitBreaker: { failures: 2, recoveryMs: 300_000 } };
  const w = { limits };
  const reset = (minute: number) => guardrails().resetBreaker({ runbook: 'restart-pod', at: at(minute) });
  const read = async () => (await guardrails().breakers(['restart-pod']))[0];
  /** Two failures; open from minute 2 to minute 7. */
  const open = async () => {
    await run('dec-f1', w, 'failed', [0, 1]);
    await run('dec-f2', w, 'failed', [1, 2]);
  };
  const closed = { runbook: 'restart-pod', failures: 0, openedAtMs: 0, trial: '', resetAtMs: 0 };

  describe('a settlement tells what the breaker is then', () => {
    beforeEach(() => ready());

    it('of its own runbook, each time that it is read', async () => {
      await ask('dec-1', w, 0);
      expect(await settle('dec-1', 'failed', 1)).toEqual({ ...closed, failures: 1 });
      await ask('dec-2', w, 1);
      const opened = { ...closed, failures: 2, openedAtMs: at(2).getTime() };
      expect(await settle('dec-2', 'unknown', 2)).toEqual(opened);
      expect(await settle('dec-1', 'failed', 1)).toEqual(opened);
      expect(await guardrails().breakers(['another', 'restart-pod'])).toEqual([
        { ...closed, runbook: 'another' },
        opened,
      ]);
      await ask('dec-t', { limits, workload: 't' }, 7);
      expect((await read())?.trial).toBe('dec-t');
      expect(await settle('dec-t', 'succeeded', 8)).toEqual(closed);
    });

    it('and nothing where nobody knows whose action it was, or none was asked for', async () => {
      expect(await settle('dec-unheard', 'failed')).toBeUndefined();
      await ask('dec-nothing', undefined);
      expect(await settle('dec-nothing', 'none')).toBeUndefined();
    });
  });

  describe('reset', () => {
    beforeEach(() => ready());

    it('closes at once, and counts only what is settled after it', async () => {
      await open();
      await ask('dec-late', { limits, workload: 'late', runbook: 'restart-pod' }, 1);
      expect(await reset(3)).toEqual({ ...closed, resetAtMs: at(3).getTime() });
      expect(await ask('dec-1', w, 3)).toMatchObject({ status: 'held', trial: false });
      await settle('dec-1', 'failed', 3);
      expect(checkOf(await ask('dec-2', w, 4), 'circuit')?.observed).toBe('CLOSED, 0 failures');
      await settle('dec-2', 'failed', 5);
      expect(checkOf(await ask('dec-3', w, 6), 'circuit')?.observed).toBe('CLOSED, 1 failure');
      expect(await settle('dec-3', 'failed', 7)).toMatchObject({ failures: 2, openedAtMs: at(7).getTime() });
    });

    it('forgets the trial, which then counts as any other action', async () => {
      await open();
      await ask('dec-t', { limits, workload: 't' }, 7);
      await reset(8);
      expect((await read())?.trial).toBe('');
      expect(await settle('dec-t', 'failed', 9)).toMatchObject({ failures: 1, openedAtMs: 0 });
    });

    it('is of one runbook', async () => {
      await open();
      await guardrails().resetBreaker({ runbook: 'another', at: at(3) });
      expect((await ask('dec-1', w, 4)).status).toBe('refused');
    });

    it('again, or an older one, changes nothing; nor does one undo what opened after it', async () => {
      await open();
      await reset(3);
      await ask('dec-1', w, 3);
      await settle('dec-1', 'failed', 4);
      const after = await read();
      expect(await reset(3)).toEqual(after);
      expect(await reset(2)).toEqual(after);
      await ask('dec-2', w, 5);
      await settle('dec-2', 'failed', 7);
      expect(await reset(6)).toMatchObject({ openedAtMs: at(7).getTime() });
    });

    it('holds through a success, which must not bring older settlements back', async () => {
      await ask('dec-old', { limits, workload: 'old' }, 0);
      await reset(3);
      await run('dec-1', w, 'succeeded', [4, 5]);
      expect(await settle('dec-old', 'failed', 2)).toMatchObject({ failures: 0, resetAtMs: at(3).getTime() });
    });

    it('comes out of the log as it had gone in', async () => {
      const logged = (decisionId: string, minute: number) => ({
        decisionId,
        record: 'r',
        wants: slotWants({ limits, workload: decisionId }),
        checks: [],
        trial: false,
        decidedAt: at(minute),
      });
      await guardrails().rebuild(async (into) => {
        for (const minute of [0, 1]) {
          await into.decision(logged(`dec-${minute}`, minute));
          await into.settled({ decisionId: `dec-${minute}`, outcome: 'failed', at: at(minute) });
        }
        await into.reset({ runbook: 'restart-pod', at: at(2) });
        await into.decision(logged('dec-3', 3));
        await into.settled({ decisionId: 'dec-3', outcome: 'failed', at: at(4) });
      });
      expect(await read()).toEqual({ ...closed, failures: 1, resetAtMs: at(2).getTime() });
    });
  });

  it('nobody reads or resets the breakers of a store that is not ready', async () => {
    await expect(reset(1)).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
    await expect(read()).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
  });
}
