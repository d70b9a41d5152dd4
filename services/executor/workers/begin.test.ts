import { ControlSet } from '#gen/belay/v1/control.ts';
import { freezeKey, quarantineKey, type Setting } from '#lib/control/control-key.ts';
import { describe, expect, it } from 'vitest';
import { BelayError } from '#lib/errors.ts';
import { planPhase, play, now, pod } from '../fixtures/play-claim.ts';
import type { Ledger, LedgerRow } from '../ports.ts';

describe('an action that begins', () => {
  it('acts where everything holds', async () => {
    const { types, deleted } = await play();
    expect(types).toEqual(['ActionStarted', 'StepFinished', 'ActionFinished']);
    expect(deleted).toEqual(['sick']);
  });

  it('is over where another one has the workload, and says which', async () => {
    const { types, aborted, closed, deleted } = await play({ ledger: { hold: async () => 'act-0' } });
    expect(types).toEqual(['ActionAborted']);
    expect(aborted).toMatchObject({ reason: 'another action (act-0) on Deployment web is not over' });
    expect({ closed, deleted }).toEqual({ closed: ['act-1'], deleted: [] });
  });

  it('that was given up in between is told by the next to hold the row, and never begun', async () => {
    let noted: Partial<LedgerRow> = {};
    const abort: Ledger['abort'] = async (_row, abortion) => {
      noted = { state: 'aborted', abortion, epoch: 2 };
      return 'ok';
    };
    const publish = () => {
      throw new Error('the process ends here');
    };
    const dying = play({ publish, ledger: { hold: async () => 'act-0', abort } });
    await expect(dying).rejects.toThrow('the process ends here');
    // The workload is free by now: everything would hold.
    const { types, aborted, deleted, closed } = await play({ row: noted });
    expect(types).toEqual(['ActionAborted']);
    expect(aborted).toMatchObject({ code: 'target_busy', abortedAt: now });
    expect({ deleted, closed }).toEqual({ deleted: [], closed: ['act-1'] });
  });

  it('is over where it was cancelled while it waited, and not even said to begin', async () => {
    const ledger = { cancellationOf: async () => ({ reason: 'the incident ended' }) };
    const { types, aborted, deleted } = await play({ ledger });
    expect({ types, deleted }).toEqual({ types: ['ActionAborted'], deleted: [] });
    expect(aborted).toMatchObject({
      code: 'cancelled',
      reason: 'it was cancelled before it began: the incident ended. Nothing changed',
    });
  });

  it('is over where it is cancelled after its intent, and before the effect', async () => {
    let cancelled = false;
    const ledger = {
      acting: async () => {
        cancelled = true;
        return 'ok' as const;
      },
      cancellationOf: async () => (cancelled ? { reason: '' } : undefined),
    };
    const { types, aborted, deleted } = await play({ ledger });
    expect({ types, deleted }).toEqual({ types: ['ActionStarted', 'ActionAborted'], deleted: [] });
    expect(aborted?.code).toBe('cancelled');
  });

  it('goes on where it was cancelled once it had acted', async () => {
    let cancelled = false;
    const cluster = { deletePod: async () => ((cancelled = true), 'deleted' as const) };
    const ledger = { cancellationOf: async () => (cancelled ? { reason: '' } : undefined) };
    const { types } = await play({ cluster, ledger });
    expect(types).toEqual(['ActionStarted', 'StepFinished', 'ActionFinished']);
  });

  it('says nothing where it has lost its row to another', async () => {
    const { types } = await play({ ledger: { hold: async () => 'act-0', abort: async () => 'lost' } });
    expect(types).toEqual([]);
  });

  it('takes the workload before it reads what it depends on', async () => {
    const asked: string[] = [];
    await play({
      cluster: { podsOf: async () => (asked.push('pods'), []) },
      ledger: { hold: async () => (asked.push('hold'), 'act-1') },
    });
    expect(asked).toEqual(['hold', 'pods']);
  });

  it('is over at once where the credentials may not look, and tries on where nobody answers', async () => {
    const failing = (kind: 'forbidden' | 'unavailable') => ({
      cluster: {
        pod: async () => {
          throw new BelayError(kind, 'the cluster says no', { code: 'X', why: 'no rule allows it' });
        },
      },
    });
    const { aborted, closed } = await play(failing('forbidden'));
    expect(aborted).toMatchObject({
      code: 'target_refused',
      reason: 'the cluster says no: no rule allows it',
    });
    expect(closed).toEqual(['act-1']);
    await expect(play(failing('unavailable'))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it.each(['gone', 'other'] as const)('is not done, and no failure, where the pod is %s', async (outcome) => {
    const { types, aborted } = await play({ cluster: { deletePod: async () => outcome } });
    expect(types).toEqual(['ActionStarted', 'ActionAborted']);
    expect(aborted).toMatchObject({ code: 'target_changed' });
  });

  it('does exactly what was approved, and nothing else', async () => {
    const approved = (await play({ order: planPhase })).planned?.planHash ?? '';
    expect(approved).not.toBe('');
    const order = { approvedPlanHash: approved };
    expect((await play({ order })).deleted).toEqual(['sick']);
    // Readiness comes and goes by itself, and is no other plan.
    const podsOf = async () => [pod('sick', false), pod('a'), pod('b'), pod('c', false)];
    expect((await play({ order, cluster: { podsOf } })).deleted).toEqual(['sick']);
    const replaced = await play({ order, cluster: { pod: async () => pod('another', false) } });
    expect(replaced.deleted).toEqual([]);
    expect(replaced.aborted).toMatchObject({
      code: 'plan_changed',
      reason:
        'the plan changed after it was approved. It would now be: pod production/web-1 is deleted and replaced',
    });
    const gone = await play({ order, cluster: { pod: async () => undefined } });
    expect(gone.aborted).toMatchObject({
      code: 'plan_changed',
      reason: 'the plan changed after it was approved. It would now be: nothing that could be changed',
    });
    expect((await play({ order: { ...order, planDigest: 'sha256:d2' } })).aborted).toMatchObject({
      code: 'plan_changed',
    });
  });

  const setting = (key: string, value: object) =>
    ControlSet.fromPartial({ key, reason: 'release week', setting: value as Setting });
  const freeze = (namespace: string) =>
    setting(freezeKey('frz-1'), { $case: 'freeze', value: { namespace } });

  it('is over under a freeze of its namespace, and says why; one of another does not concern it', async () => {
    const { types, aborted, deleted } = await play({ controls: () => [freeze('production')] });
    expect({ types, deleted }).toEqual({ types: ['ActionAborted'], deleted: [] });
    expect(aborted).toMatchObject({
      code: 'freeze',
      reason: 'namespace production is frozen: release week. Nothing changed',
    });
    expect((await play({ controls: () => [freeze('staging')] })).deleted).toEqual(['sick']);
  });

  it('is over under a freeze that comes after its intent, and before the effect', async () => {
    let set: readonly ControlSet[] = [];
    const acting = async () => {
      set = [freeze('production')];
      return 'ok' as const;
    };
    const { types, aborted, deleted } = await play({ controls: () => set, ledger: { acting } });
    expect(types).toEqual(['ActionStarted', 'ActionAborted']);
    expect({ code: aborted?.code, deleted }).toEqual({ code: 'freeze', deleted: [] });
  });

  it('is over where the workload that the target shows is in quarantine', async () => {
    const web = { target: 'prod', kind: 'deployment', namespace: 'production', name: 'web', uid: '' };
    const value = { resource: web, actionId: 'act-0' };
    const quarantine = setting(quarantineKey('act-0'), { $case: 'quarantine', value });
    const { aborted, deleted } = await play({ controls: () => [quarantine] });
    expect(aborted).toMatchObject({ code: 'quarantined', reason: expect.stringContaining('since act-0') });
    expect(deleted).toEqual([]);
  });
});
