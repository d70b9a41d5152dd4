import { describe, expect, it } from 'vitest';
import { Risk } from '#gen/belay/v1/common.ts';
import { Order } from '#gen/belay/v1/order.ts';
import { ManualClock } from '#lib/clock.ts';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { freezeKey, quarantineKey, type Setting } from '#lib/control/control-key.ts';
import { applyControl, type ControlState, noControls } from '#lib/control/control-state.ts';
import { BelayError } from '#lib/errors.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { toValues } from '#lib/plan/values.ts';
import type { Cluster, Ledger, LedgerRow, PodState, WorkloadState } from '../ports.ts';
import { drive } from './drive.ts';

const now = new Date('2026-03-03T03:12:00Z');
const names = { namespace: 'production', name: 'web-1' };
const order = Order.fromPartial({
  actionId: 'act-1',
  decisionId: 'dec-1',
  incidentId: 'inc-1',
  target: 'prod',
  maxRisk: Risk.LOW,
  actBefore: new Date(now.getTime() + 60_000),
  plan: {
    resource: { target: 'prod', kind: 'pod', ...names },
    steps: [
      {
        id: 's',
        action: 'kubernetes.deletePod',
        arguments: toValues({ namespace: names.namespace, pod: names.name }),
      },
    ],
    limits: { minimumReadyPeers: 2, maxPercentOfReplicas: 50 },
  },
});
const row: LedgerRow = {
  actionId: 'act-1',
  state: 'queued',
  epoch: 1,
  before: undefined,
  abortion: undefined,
  actedAt: undefined,
  finishedAt: undefined,
  sequence: 0,
  orderBytes: Buffer.from(Order.encode(order).finish()),
  traceparent: '',
};
const pod = (uid: string, ready = true): PodState => ({
  ...names,
  uid,
  labels: {},
  ready,
  terminating: false,
  restarts: 0,
  createdAt: now,
  controller: { kind: 'ReplicaSet', name: 'web', uid: 'rs' },
});
const workload: WorkloadState = {
  kind: 'Deployment',
  namespace: 'production',
  name: 'web',
  uid: 'd',
  labels: {},
  desired: 3,
  ready: 2,
  available: 2,
  rollingOut: false,
  selector: 'app=web',
};

interface Change {
  readonly cluster?: Partial<Cluster>;
  readonly ledger?: Partial<Ledger>;
  readonly row?: Partial<LedgerRow>;
  readonly isBusAway?: boolean;
  /** What is set while it looks at the target, or from the start. */
  readonly controls?: () => readonly ControlSet[];
}

async function play(change: Change = {}) {
  const events: OutgoingEvent[] = [];
  const closed: string[] = [];
  const deleted: string[] = [];
  const cluster = {
    pod: async () => pod('sick', false),
    workloadOf: async () => workload,
    podsOf: async () => [pod('sick', false), pod('a'), pod('b')],
    deletePod: async ({ uid }: { uid: string }) => (deleted.push(uid), 'deleted' as const),
    ...change.cluster,
  } as Cluster;
  const ledger = {
    hold: async ({ actionId }: LedgerRow) => actionId,
    begunSince: async () => 0,
    acting: async () => 'ok' as const,
    done: async () => 'ok' as const,
    abort: async () => 'ok' as const,
    close: async ({ actionId }: LedgerRow) => (closed.push(actionId), 'ok' as const),
    ...change.ledger,
  } as unknown as Ledger;
  const clock = new ManualClock(now);
  const driver = {
    target: 'prod',
    cluster,
    ledger,
    clock,
    publish: async (told: readonly OutgoingEvent[]) => {
      if (change.isBusAway) throw new Error('the process ends here');
      events.push(...told);
    },
    controls: (): ControlState =>
      (change.controls?.() ?? []).reduce(applyControl, { ...noControls, heartbeatAt: now }),
    requestLifetimeMs: 0,
  };
  await drive({ ...row, ...change.row }, driver, new AbortController().signal);
  const aborted = events.find((event) => event.type === 'ActionAborted');
  return { types: events.map(({ type }) => type), aborted: aborted?.data, closed, deleted };
}

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
    const dying = play({ isBusAway: true, ledger: { hold: async () => 'act-0', abort } });
    await expect(dying).rejects.toThrow('the process ends here');
    // The workload is free by now: everything would hold.
    const { types, aborted, deleted, closed } = await play({ row: noted });
    expect(types).toEqual(['ActionAborted']);
    expect(aborted).toMatchObject({ code: 'pre_check_failed', abortedAt: now });
    expect({ deleted, closed }).toEqual({ deleted: [], closed: ['act-1'] });
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
    const quarantine = setting(quarantineKey(web), { $case: 'quarantine', value });
    const { aborted, deleted } = await play({ controls: () => [quarantine] });
    expect(aborted).toMatchObject({ code: 'quarantined', reason: expect.stringContaining('since act-0') });
    expect(deleted).toEqual([]);
  });
});
