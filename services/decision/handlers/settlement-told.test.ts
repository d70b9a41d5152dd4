import { describe, expect, it } from 'vitest';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { OrderIssued } from '#gen/belay/v1/decision.ts';
import {
  ActionResolved,
  ActionSettled,
  Effect,
  ResolvedAs,
  SettledOutcome,
} from '#gen/belay/v1/verification.ts';
import { applyControl, type ControlState, noControls } from '#lib/control/control-state.ts';
import { inForce } from '#lib/control/in-force.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { eventId, type OutgoingEvent } from '#lib/events/event.ts';
import { aboutOf, at, slotWants } from '../../../test/support/slot-wants.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import { tellBreakers } from '../workers/tell-breakers.ts';
import { writeDraft } from './draft.ts';
import { actionResolvedHandler, actionSettledHandler } from './action-settled.ts';
import { sampleEvents } from '../../../test/support/sample-events.ts';

const [made] = sampleEvents.flatMap((event) => (event.type === 'DecisionMade' ? [event.data] : []));
const [issued] = sampleEvents.flatMap((event) => (event.type === 'OrderIssued' ? [event.data] : []));
if (!made || !issued) throw new Error('no samples');
const pod = { target: 'prod', kind: 'pod', namespace: 'shop', name: 'web-1', uid: 'u-1' };
const order = OrderIssued.fromPartial({ ...issued, target: 'prod', plan: { ...issued.plan, resource: pod } });
const record = writeDraft({
  made,
  issued: order,
  escalate: '',
  incident: undefined,
  asks: undefined,
  byHand: '',
  retryUntil: undefined,
});

const limits = { circuitBreaker: { failures: 2, recoveryMs: 300_000 } };

/** A decision service: a store, and what it has said on `control`, heard at once unless it is told to lag. */
async function engine() {
  let controls: ControlState = noControls;
  const guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  const hear = (events: readonly OutgoingEvent[]) => {
    for (const event of events) {
      encodeEvent(event, 'belay/decision');
      if (event.type === 'ControlSet') controls = applyControl(controls, event.data);
    }
  };
  const cases = {
    open: async () => {},
    isResolved: async () => false,
    isCancelled: async () => false,
    advance: async () => undefined,
    get: async () => undefined,
  };
  const options = { guardrails, cases, controls: () => controls };
  const settled = (id: string, outcome: SettledOutcome, minute: number, effect: Effect = Effect.DONE) =>
    ActionSettled.fromPartial({
      actionId: `act-${id}`,
      decisionId: id,
      incidentId: 'inc-1',
      target: 'prod',
      outcome,
      effect,
      reason: 'as told',
      settledAt: at(minute),
    });
  const told = (events: readonly OutgoingEvent[]) =>
    events.flatMap((event) => (event.type === 'ControlSet' ? [event] : []));
  /** Without being heard: a crash, or a slow follower. */
  const deliver = async (data: ActionSettled) =>
    told(await actionSettledHandler(options)({ id: 'evt', data } as never, { now: data.settledAt } as never));
  const settle = async (...args: Parameters<typeof settled>) => {
    const events = await deliver(settled(...args));
    hear(events);
    return events.map(({ data }) => data);
  };
  const resolve = async (id: string, minute: number) => {
    const data = ActionResolved.fromPartial({
      actionId: `act-${id}`,
      decisionId: id,
      incidentId: 'inc-1',
      resolvedAs: ResolvedAs.NOT_DONE,
      actor: { kind: 1, name: 'maria' },
      reason: 'the pod is the old one',
      resolvedAt: at(minute),
    });
    const events = told(await actionResolvedHandler(options)({ data } as never, {} as never));
    hear(events);
    return events;
  };
  const hold = (id: string, minute: number) =>
    guardrails.decide({
      decisionId: id,
      about: aboutOf(),
      wants: slotWants({ limits, workload: id, resource: id }),
      record,
      now: at(minute),
    });
  const sweep = async (minute: number) => {
    const said: OutgoingEvent[] = [];
    const now = () => at(minute);
    await tellBreakers({
      guardrails,
      controls: () => controls,
      runbooks: () => [{ name: 'restart-pod' }],
      publish: async (events) => {
        said.push(...events);
        hear(events);
      },
      clock: { now } as never,
      logger: {} as never,
    });
    return said.map(({ data }) => data as ControlSet);
  };
  const isOpen = () => inForce(controls, 'breakerOpen', at(0)).length > 0;
  const quarantines = () => inForce(controls, 'quarantine', at(0)).map(({ value }) => value);
  return { guardrails, settled, settle, deliver, resolve, hold, sweep, hear, isOpen, quarantines };
}

/** Two failures: open since minute 2. */
async function opened() {
  const world = await engine();
  await world.hold('dec-1', 0);
  await world.hold('dec-2', 0);
  await world.settle('dec-1', SettledOutcome.FAILED, 1);
  const [open] = await world.settle('dec-2', SettledOutcome.FAILED, 2);
  return { ...world, open };
}

describe('a breaker on control', () => {
  it('is told when a settlement opens it, with the reason, and when its trial closes it', async () => {
    const { open, hold, settle, isOpen } = await opened();
    expect(open).toMatchObject({
      key: 'breaker/restart-pod',
      reason: '2 runs in a row did not help',
      setAt: at(2),
      actor: { name: 'decision' },
      setting: { value: { lifted: false, actionId: 'act-dec-2', resetAt: undefined } },
    });
    await hold('dec-t', 7);
    const [closed] = await settle('dec-t', SettledOutcome.VERIFIED, 8);
    expect(closed).toMatchObject({ reason: 'its trial helped', setting: { value: { lifted: true } } });
    expect(isOpen()).toBe(false);
  });

  it('opens anew when its trial does not help', async () => {
    const { hold, settle, isOpen } = await opened();
    await hold('dec-t', 7);
    const [again] = await settle('dec-t', SettledOutcome.FAILED, 8);
    expect(again).toMatchObject({
      setAt: at(8),
      setting: { value: { lifted: false, actionId: 'act-dec-t' } },
    });
    expect(isOpen()).toBe(true);
  });

  it('is not told twice; a message that comes again before it is heard says the same', async () => {
    const { guardrails, hold, settled, settle, deliver } = await engine();
    await hold('dec-1', 0);
    await hold('dec-2', 0);
    await settle('dec-1', SettledOutcome.FAILED, 1);
    const [first] = await deliver(settled('dec-2', SettledOutcome.FAILED, 2));
    const [again] = await deliver(settled('dec-2', SettledOutcome.FAILED, 2));
    expect(eventId('ControlSet', again?.data)).toBe(eventId('ControlSet', first?.data));
    expect(await settle('dec-2', SettledOutcome.FAILED, 2)).toHaveLength(1);
    expect(await settle('dec-2', SettledOutcome.FAILED, 2)).toEqual([]);
    expect(await guardrails.breakers(['restart-pod'])).toMatchObject([{ failures: 2 }]);
  });

  it('an older settlement that comes again after it was reset does not open it', async () => {
    const { guardrails, settle, isOpen, hear } = await opened();
    const reset = { runbook: 'restart-pod', at: at(3) };
    hear([resetSaid(at(3))]);
    await guardrails.resetBreaker(reset);
    expect(await settle('dec-2', SettledOutcome.FAILED, 2)).toEqual([]);
    expect(isOpen()).toBe(false);
  });

  it('agrees with a store that was rebuilt, whichever way they differed', async () => {
    const { guardrails, sweep, isOpen } = await opened();
    expect(await sweep(3)).toEqual([]);
    await guardrails.rebuild(async () => {});
    expect(await sweep(4)).toMatchObject([{ setAt: at(4), setting: { value: { lifted: true } } }]);
    expect(isOpen()).toBe(false);
    await guardrails.rebuild(async (into) => {
      for (const id of ['dec-1', 'dec-2']) {
        const wants = slotWants({ limits, workload: id });
        await into.decision({ decisionId: id, record, wants, checks: [], trial: false, decidedAt: at(0) });
        await into.settled({ decisionId: id, outcome: 'failed', at: at(2) });
      }
    });
    expect(await sweep(5)).toMatchObject([{ setAt: at(2), setting: { value: { lifted: false } } }]);
    expect(isOpen()).toBe(true);
    expect(await sweep(6)).toEqual([]);
  });

  it('is reset where a reset was said and the process ended before the store had it', async () => {
    const { guardrails, sweep, hear } = await opened();
    hear([resetSaid(at(3))]);
    expect(await sweep(4)).toEqual([]);
    expect(await guardrails.breakers(['restart-pod'])).toMatchObject([{ openedAtMs: 0, failures: 0 }]);
  });

  it('keeps saying when it was reset, also where a record was written that did not know', async () => {
    const { guardrails, hold, settle, hear, sweep } = await opened();
    hear([resetSaid(at(3))]);
    await guardrails.resetBreaker({ runbook: 'restart-pod', at: at(3) });
    await hold('dec-3', 3);
    await hold('dec-4', 3);
    await settle('dec-3', SettledOutcome.FAILED, 4);
    const [open] = await settle('dec-4', SettledOutcome.FAILED, 5);
    expect(open?.setting?.value).toMatchObject({ lifted: false, resetAt: at(3) });
    const forgetful = {
      ...resetSaid(at(6)).data,
      setting: { $case: 'breakerOpen', value: BREAKER },
    } as never;
    hear([{ type: 'ControlSet', data: forgetful }]);
    expect(await sweep(7)).toMatchObject([{ setting: { value: { lifted: false, resetAt: at(3) } } }]);
  });
});

const BREAKER = { lifted: true, runbook: 'restart-pod', actionId: '', resetAt: undefined };

const resetSaid = (resetAt: Date) =>
  ({
    type: 'ControlSet',
    data: ControlSet.fromPartial({
      key: 'breaker/restart-pod',
      setting: { $case: 'breakerOpen', value: { ...BREAKER, resetAt } },
      actor: { kind: 1, name: 'maria' },
      reason: 'mended',
      setAt: resetAt,
    }),
  }) as Extract<OutgoingEvent, { type: 'ControlSet' }>;

describe('a resource that nobody can tell the state of', () => {
  const { UNKNOWN, REFUSED, VERIFIED, FAILED } = SettledOutcome;

  it('is in quarantine, with the action and the reason, until a person has looked at that', async () => {
    const { hold, settle, resolve, quarantines } = await engine();
    await hold('dec-1', 0);
    expect(await settle('dec-1', UNKNOWN, 1, Effect.UNKNOWN)).toMatchObject([
      { key: 'quarantine/act-dec-1', reason: 'as told', setAt: at(1), actor: { name: 'decision' } },
    ]);
    expect(quarantines()).toEqual([{ lifted: false, resource: pod, actionId: 'act-dec-1' }]);
    const [lifted, ...more] = await resolve('dec-1', 5);
    expect(lifted?.data).toMatchObject({ actor: { name: 'maria' }, reason: 'the pod is the old one' });
    expect([quarantines(), more]).toEqual([[], []]);
    expect(await resolve('dec-1', 5)).toEqual([]);
  });

  it.each([
    ['what a person has lifted', true],
    ['what is in quarantine already', false],
  ])('a message that comes again changes nothing about %s', async (_what, lifted) => {
    const { hold, settle, hear, quarantines } = await engine();
    await hold('dec-1', 0);
    const [set] = await settle('dec-1', UNKNOWN, 1, Effect.UNKNOWN);
    const value = { lifted, resource: pod, actionId: 'act-dec-1' };
    const data = { ...set, setting: { $case: 'quarantine', value }, setAt: at(2) };
    hear([{ type: 'ControlSet', data } as OutgoingEvent]);
    expect(await settle('dec-1', UNKNOWN, 1, Effect.UNKNOWN)).toEqual([]);
    expect(quarantines()).toHaveLength(lifted ? 0 : 1);
  });

  it('is in quarantine too where a refusal cannot say whether something happened', async () => {
    const { hold, settle } = await engine();
    await hold('dec-1', 0);
    expect(await settle('dec-1', REFUSED, 1, Effect.UNKNOWN)).toMatchObject([
      { key: 'quarantine/act-dec-1' },
    ]);
  });

  it.each([
    ['it is known what happened', FAILED, Effect.DONE],
    ['it was verified', VERIFIED, Effect.DONE],
    ['nothing happened', REFUSED, Effect.NONE],
  ])('is not where %s', async (_what, outcome, effect) => {
    const { hold, settle } = await engine();
    await hold('dec-1', 0);
    expect(await settle('dec-1', outcome, 1, effect)).toEqual([]);
  });

  it('is not on the word of a settlement that belongs to no decision', async () => {
    expect(await (await engine()).settle('dec-unheard', UNKNOWN, 1, Effect.UNKNOWN)).toEqual([]);
  });
});
