import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Risk } from '#gen/belay/v1/common.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import { BelayError } from '#lib/errors.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { fromValues } from '#lib/plan/values.ts';
import { now, planPhase, play, pod } from '../fixtures/play-claim.ts';
import type { Ledger, LedgerRow } from '../ports.ts';

const order = planPhase;

describe('a plan', () => {
  it('says what would be done to what is live now, and does nothing', async () => {
    const { types, planned, deleted, closed, held } = await play({ order });
    expect(types).toEqual(['ActionPlanned']);
    expect(planned).toMatchObject({
      actionId: 'act-1',
      resource: { kind: 'pod', namespace: 'production', name: 'web-1', uid: 'sick' },
      liveRisk: Risk.LOW,
      changes: ['pod production/web-1 is deleted and replaced'],
      plannedAt: now,
    });
    expect(fromValues(planned?.before ?? {})).toMatchObject({ uid: 'sick', replicas: 3, readyReplicas: 2 });
    expect(planned?.checks.every(({ reason }) => reason === '')).toBe(true);
    expect({ deleted, closed, held }).toEqual({ deleted: [], closed: ['act-1'], held: [] });
  });

  it('shows the checks that refuse as well, and who has the workload, without waiting for it', async () => {
    const { types, planned, held } = await play({
      order,
      cluster: { podsOf: async () => [pod('sick', false)] },
      ledger: { holderOf: async () => 'act-0' },
    });
    expect(types).toEqual(['ActionPlanned']);
    const refused = planned?.checks.filter(({ reason }) => reason !== '');
    expect(refused?.map(({ name }) => name)).toEqual(['workload', 'ready peers', 'replicas']);
    expect(refused?.[0]).toMatchObject({ observed: 'held by act-0', code: 'pre_check_failed' });
    expect(planned?.liveRisk).toBe(Risk.HIGH);
    expect(held).toEqual([]);
  });

  it('is made where nothing may begin: it begins nothing', async () => {
    const setting = { $case: 'killSwitch', value: { state: KillSwitchState.STOP_ALL } } as const;
    const engaged = ControlSet.fromPartial({ key: killSwitchKey(''), setting, reason: 'drill' });
    expect((await play({ order, controls: () => [engaged] })).types).toEqual(['ActionPlanned']);
    expect((await play({ order, isSilent: true })).types).toEqual(['ActionPlanned']);
  });

  it('is over when it comes too late, or where the credentials may not look', async () => {
    const late = await play({ order: { ...order, actBefore: now } });
    expect(late.aborted).toMatchObject({ code: 'expired', phase: OrderPhase.PLAN });
    const pod = async () => {
      throw new BelayError('forbidden', 'not allowed: get pods', { code: 'X' });
    };
    const { types, aborted, closed } = await play({ order, cluster: { pod } });
    expect(types).toEqual(['ActionAborted']);
    expect(aborted).toMatchObject({ code: 'target_refused', phase: OrderPhase.PLAN });
    expect(closed).toEqual(['act-1']);
  });

  it('is tried again where nobody answers, and nothing is said of it', async () => {
    const pod = async () => {
      throw new BelayError('unavailable', 'the cluster is away', { code: 'X' });
    };
    await expect(play({ order, cluster: { pod } })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('is said by nobody who has lost the row', async () => {
    expect((await play({ order, ledger: { planned: async () => 'lost' } })).types).toEqual([]);
  });

  it('has the same hash whenever the same would change, and another one for another pod', async () => {
    const hashOf = async (change: Parameters<typeof play>[0]) =>
      (await play({ order, ...change })).planned?.planHash;
    const first = await hashOf({});
    expect(await hashOf({ cluster: { podsOf: async () => [pod('sick'), pod('a')] } })).toBe(first);
    expect(await hashOf({ ledger: { holderOf: async () => 'act-0' } })).toBe(first);
    expect(await hashOf({ cluster: { pod: async () => pod('another') } })).not.toBe(first);
  });
});

/** Where a claim ends: the process dies there, or all goes well. */
const deaths = ['look', 'note', 'noted', 'not taken', 'taken', 'said', 'none'] as const;

it('is one and the same event for its readers, wherever those who make it die', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...deaths), { maxLength: 6 }), async (claims) => {
      const { said, state } = await live([...claims, 'none']);
      expect(state).toBe('closed');
      const records = said.map((event) => encodeEvent(event, 'belay/executor'));
      expect(new Set(records.map(({ headers }) => headers['ce_id'])).size).toBe(1);
      expect(new Set(records.map(({ value }) => value?.toString('base64'))).size).toBe(1);
    }),
  );
});

/** One row, claimed again and again. Between two claims the pod is replaced by another one. */
async function live(claims: readonly (typeof deaths)[number][]) {
  const said: OutgoingEvent[] = [];
  let stored: Partial<LedgerRow> = { state: 'queued', epoch: 0 };
  for (const [index, death] of claims.entries()) {
    const die = (at: typeof death) => {
      if (death === at) throw new Error('the process ends here');
    };
    stored = { ...stored, epoch: index + 1 };
    const ledger: Partial<Ledger> = {
      planned: async (_row, livePlan) => {
        die('note');
        stored = { ...stored, state: 'planned', livePlan };
        die('noted');
        return 'ok';
      },
      close: async () => {
        die('said');
        stored = { ...stored, state: 'closed' };
        return 'ok';
      },
    };
    const cluster = {
      pod: async () => {
        die('look');
        return pod(`pod-${index}`);
      },
    };
    const publish = (told: readonly OutgoingEvent[]) => {
      die('not taken');
      said.push(...told);
      die('taken');
    };
    await play({ order, cluster, ledger, row: stored, publish }).catch(() => {});
  }
  return { said, state: stored.state };
}
