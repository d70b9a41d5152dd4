import { beforeEach, describe, expect, it } from 'vitest';
import { checkOf, type Workbench } from './workbench.ts';

/** The life of a slot: one answer, one lock, one end. */
export function slotCases({ guardrails, ask, settle, ready }: Workbench): void {
  const w = { workload: 'w' };

  it('refuses everything until it is rebuilt', async () => {
    expect(await guardrails().isReady()).toBe(false);
    await expect(ask('dec-1', w)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'GUARDRAILS_NOT_READY',
    });
    await expect(settle('dec-1', 'succeeded')).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
    expect(await ready()).toBe(true);
    expect(await guardrails().isReady()).toBe(true);
    expect(await ask('dec-1', w)).toMatchObject({ status: 'held' });
  });

  describe('a slot', () => {
    beforeEach(() => ready());

    it('shows every guardrail with its numbers when it is held', async () => {
      const slot = await ask('dec-1', w);
      expect(slot).toMatchObject({ status: 'held', record: 'record of dec-1', trial: false });
      expect(slot.checks.map(({ name, result, observed }) => [name, result, observed])).toEqual([
        ['storm', 'pass', 'source 1, all 1 in 60 s'],
        ['circuit', 'pass', 'CLOSED, 0 failures'],
        ['rate', 'pass', '0 in 60 min'],
        ['cooldown', 'pass', 'none before'],
        ['attempts', 'pass', '0 in 60 min'],
        ['budget', 'pass', 'all 0, target 0 in 24 h'],
        ['concurrency', 'pass', 'runbook 0, all 0, target 0, namespace 0, service 0'],
        ['workload lock', 'pass', 'free'],
      ]);
      for (const check of slot.checks)
        expect(check).toMatchObject({ reason: '', code: '', endsAt: undefined });
    });

    it('locks a workload for one decision, and says who has it', async () => {
      await ask('dec-1', w);
      const second = await ask('dec-2', w);
      expect(second.status).toBe('refused');
      expect(checkOf(second, 'workload lock')).toMatchObject({
        result: 'refuse',
        code: 'workload_locked',
        observed: 'held by dec-1',
        endsAt: undefined,
      });
      expect(await ask('dec-3', { workload: 'other' })).toMatchObject({ status: 'held' });
    });

    it('gives the first answer again, whatever the asker says now', async () => {
      const first = await ask('dec-1', w, 0, 'first');
      expect(await ask('dec-1', w, 70, 'second')).toEqual(first);
      expect(await ask('dec-1', undefined, 80, 'third')).toEqual(first);
      const refused = await ask('dec-2', w, 1, 'refused first');
      await settle('dec-1', 'succeeded', 2);
      expect(await ask('dec-2', w, 3, 'again')).toEqual(refused);
      const noted = await ask('dec-3', undefined, 4, 'noted');
      expect(noted).toEqual({
        status: 'noted',
        record: 'noted',
        checks: [],
        trial: false,
        storm: undefined,
      });
      expect(await ask('dec-3', w, 5, 'again')).toEqual(noted);
    });

    it('frees the lock on settlement, once, for the next', async () => {
      await ask('dec-1', w);
      await settle('dec-1', 'succeeded');
      expect(await ask('dec-1', w)).toMatchObject({ status: 'released' });
      expect(await ask('dec-2', w)).toMatchObject({ status: 'held' });
      await settle('dec-1', 'succeeded');
      expect(await ask('dec-3', w)).toMatchObject({ status: 'refused' });
    });

    it('keeps the lock of an unknown outcome until a person has looked', async () => {
      await ask('dec-1', w);
      await settle('dec-1', 'unknown');
      await settle('dec-1', 'unknown');
      expect(await ask('dec-1', w)).toMatchObject({ status: 'frozen' });
      expect(await ask('dec-2', w)).toMatchObject({ status: 'refused' });
      await settle('dec-1', 'none');
      expect(await ask('dec-1', w)).toMatchObject({ status: 'released' });
      expect(await ask('dec-3', w)).toMatchObject({ status: 'held' });
      await settle('dec-1', 'unknown');
      expect(await ask('dec-1', w)).toMatchObject({ status: 'released' });
    });

    it('does not order what was settled before it heard of it', async () => {
      await settle('dec-1', 'succeeded');
      expect(await ask('dec-1', w)).toMatchObject({ status: 'released', record: '' });
      await settle('dec-2', 'unknown');
      expect(await ask('dec-2', w)).toMatchObject({ status: 'frozen', record: '' });
      expect(await ask('dec-3', w)).toMatchObject({ status: 'held' });
    });

    it('does not mind the settlement of what was refused or only noted', async () => {
      await ask('dec-1', w);
      await ask('dec-2', w);
      await ask('dec-3', undefined);
      await settle('dec-2', 'unknown');
      await settle('dec-3', 'failed');
      expect(await ask('dec-2', w)).toMatchObject({ status: 'refused' });
      expect(await ask('dec-3', w)).toMatchObject({ status: 'noted' });
    });
  });
}
