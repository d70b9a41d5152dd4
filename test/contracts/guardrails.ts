import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Guardrails, Refill } from '../../services/decision/ports.ts';

/** What every guardrail store keeps. `open` gives one that is empty and not yet ready. */
export function guardrailsContract(name: string, open: () => Promise<Guardrails>): void {
  describe(`guardrails contract: ${name}`, () => {
    let guardrails: Guardrails;
    beforeEach(async () => {
      guardrails = await open();
    });

    const empty = async () => {};
    const decide = (decisionId: string, lockKey?: string, record = `record of ${decisionId}`) =>
      guardrails.decide({ decisionId, lockKey, record, now: new Date() });
    const settle = (decisionId: string, keepLock = false) =>
      guardrails.settle({ decisionId, keepLock, now: new Date() });

    it('refuses everything until it is rebuilt', async () => {
      expect(await guardrails.isReady()).toBe(false);
      await expect(decide('dec-1', 'w')).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'GUARDRAILS_NOT_READY',
      });
      await expect(settle('dec-1')).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
      expect(await guardrails.rebuild(empty)).toBe(true);
      expect(await guardrails.isReady()).toBe(true);
      expect(await decide('dec-1', 'w')).toMatchObject({ status: 'held' });
    });

    describe('when it is ready', () => {
      beforeEach(() => guardrails.rebuild(empty));

      it('locks a workload for one decision, and says who has it', async () => {
        expect(await decide('dec-1', 'w')).toEqual({
          status: 'held',
          record: 'record of dec-1',
          refusals: [],
        });
        const second = await decide('dec-2', 'w');
        expect(second.status).toBe('refused');
        expect(second.refusals).toMatchObject([{ code: 'workload_locked', observed: 'held by dec-1' }]);
        expect(await decide('dec-3', 'other')).toMatchObject({ status: 'held' });
      });

      it('gives the first answer again, whatever the asker says now', async () => {
        await decide('dec-1', 'w', 'first');
        expect(await decide('dec-1', 'w', 'second')).toMatchObject({ status: 'held', record: 'first' });
        expect(await decide('dec-1', undefined, 'third')).toMatchObject({ status: 'held', record: 'first' });
        await decide('dec-2', 'w', 'refused first');
        await settle('dec-1');
        expect(await decide('dec-2', 'w', 'again')).toMatchObject({
          status: 'refused',
          record: 'refused first',
        });
        await decide('dec-3', undefined, 'noted');
        expect(await decide('dec-3', 'w', 'again')).toMatchObject({ status: 'noted', record: 'noted' });
      });

      it('frees the lock on settlement, once, for the next', async () => {
        await decide('dec-1', 'w');
        await settle('dec-1');
        expect(await decide('dec-1', 'w')).toMatchObject({ status: 'released' });
        expect(await decide('dec-2', 'w')).toMatchObject({ status: 'held' });
        await settle('dec-1');
        expect(await decide('dec-3', 'w')).toMatchObject({ status: 'refused' });
      });

      it('keeps the lock of an unknown outcome until a person has looked', async () => {
        await decide('dec-1', 'w');
        await settle('dec-1', true);
        await settle('dec-1', true);
        expect(await decide('dec-1', 'w')).toMatchObject({ status: 'frozen' });
        expect(await decide('dec-2', 'w')).toMatchObject({ status: 'refused' });
        await settle('dec-1');
        expect(await decide('dec-3', 'w')).toMatchObject({ status: 'held' });
      });

      it('does not order what was settled before it heard of it', async () => {
        await settle('dec-1');
        expect(await decide('dec-1', 'w')).toMatchObject({ status: 'released', record: '' });
        expect(await decide('dec-2', 'w')).toMatchObject({ status: 'held' });
      });

      it('lets one of two hundred racers in', async () => {
        for (let round = 0; round < 5; round += 1) {
          const workload = `w-${randomUUID()}`;
          const slots = await Promise.all(
            Array.from({ length: 200 }, (_, i) => decide(`${workload}-${i}`, workload)),
          );
          expect(slots.filter((slot) => slot.status === 'held')).toHaveLength(1);
        }
      });
    });

    it('is after a rebuild what the log says, and nothing of before', async () => {
      await guardrails.rebuild(empty);
      await decide('dec-gone', 'lost');
      await guardrails.rebuild(async (into: Refill) => {
        const logged = { refused: false };
        await into.decision({ ...logged, decisionId: 'dec-open', record: 'open', lockKey: 'w-open' });
        await into.decision({ ...logged, decisionId: 'dec-done', record: 'done', lockKey: 'w-done' });
        await into.decision({ ...logged, decisionId: 'dec-lost', record: 'lost', lockKey: 'w-lost' });
        await into.decision({ decisionId: 'dec-no', record: 'no', lockKey: 'w-open', refused: true });
        await into.decision({ ...logged, decisionId: 'dec-noted', record: 'noted', lockKey: undefined });
        await into.settled({ decisionId: 'dec-done', keepLock: false });
        await into.settled({ decisionId: 'dec-lost', keepLock: true });
        await into.settled({ decisionId: 'dec-early', keepLock: false });
      });
      expect(await decide('dec-open', 'w-open')).toMatchObject({ status: 'held', record: 'open' });
      expect(await decide('dec-done', 'w-done')).toMatchObject({ status: 'released' });
      expect(await decide('dec-lost', 'w-lost')).toMatchObject({ status: 'frozen' });
      expect(await decide('dec-no', 'w-open')).toMatchObject({ status: 'refused', record: 'no' });
      expect(await decide('dec-noted', 'w')).toMatchObject({ status: 'noted', record: 'noted' });
      expect(await decide('dec-early', 'w')).toMatchObject({ status: 'released' });
      expect(await decide('dec-new-1', 'w-open')).toMatchObject({ status: 'refused' });
      expect(await decide('dec-new-2', 'w-done')).toMatchObject({ status: 'held' });
      expect(await decide('dec-new-3', 'w-lost')).toMatchObject({ status: 'refused' });
      expect(await decide('dec-new-4', 'lost')).toMatchObject({ status: 'held' });
    });
  });
}
