import { expect, it } from 'vitest';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { Order } from '#gen/belay/v1/order.ts';
import { Plan } from '#gen/belay/v1/plan.ts';
import type { HandlerContext } from '#lib/bus/pipeline.ts';
import { planDigest } from '#lib/plan/plan-digest.ts';
import { toValues } from '#lib/plan/values.ts';
import { orderHandler } from './order.ts';

const now = new Date('2026-03-03T03:12:00Z');
const context = { now, record: { headers: {} } } as unknown as HandlerContext;

async function codeFor(
  step: Readonly<Record<string, string>>,
  known?: 'known' | 'conflict',
  ageMs = 0,
  phase: OrderPhase = OrderPhase.EXECUTE,
) {
  const plan = Plan.fromPartial({
    resource: { target: 'prod', kind: 'pod', namespace: 'production', name: 'web-1' },
    steps: [{ id: 's', action: 'kubernetes.deletePod', arguments: toValues(step) }],
  });
  return codeOf(plan, phase, known, ageMs);
}

async function codeOf(plan: Plan, phase: OrderPhase, known?: 'known' | 'conflict', ageMs = 0) {
  const order = Order.fromPartial({
    actionId: 'act-1',
    decisionId: 'dec-1',
    incidentId: 'inc-1',
    target: 'prod',
    phase,
    plan,
    planDigest: planDigest(plan),
    actBefore: new Date(now.getTime() + 60_000 - ageMs),
  });
  const handle = orderHandler({
    ledger: { lookUp: async () => known },
    take: async () => known ?? 'new',
    cancel: async () => {},
  });
  const [told] = await handle({ data: order } as never, context);
  return told?.type === 'ActionRefused' ? told.data.code : told?.type;
}

const right = { namespace: 'production', pod: 'web-1' };

it('takes an order about the resource that was decided about', async () => {
  expect(await codeFor(right)).toBeUndefined();
});

it.each<[string, Readonly<Record<string, string>>]>([
  ['other_resource', { namespace: 'kube-system', pod: 'web-1' }],
  ['other_resource', { namespace: 'production', pod: 'coredns' }],
  ['bad_argument', { namespace: 'production', pod: 'Bad_Name' }],
  ['bad_argument', { namespace: 'production' }],
])('refuses as %s a step on %j', async (code, step) => {
  expect(await codeFor(step)).toBe(code);
});

it('says nothing about an order that it has, also when that has expired since', async () => {
  expect(await codeFor(right, 'known')).toBeUndefined();
  expect(await codeFor(right, 'known', 120_000)).toBeUndefined();
  expect(await codeFor(right, undefined, 120_000)).toBe('expired');
  expect(await codeFor(right, 'conflict')).toBe('digest_conflict');
  expect(await codeFor(right, 'conflict', 120_000)).toBe('digest_conflict');
});

it('takes an order to plan, and refuses what it does not do yet', async () => {
  expect(await codeFor(right, undefined, 0, OrderPhase.PLAN)).toBeUndefined();
  expect(await codeFor({ ...right, pod: 'coredns' }, undefined, 0, OrderPhase.PLAN)).toBe('other_resource');
  for (const phase of [OrderPhase.ROLLBACK, OrderPhase.UNSPECIFIED])
    expect(await codeFor(right, undefined, 0, phase)).toBe('unsupported_phase');
});

it('refuses to undo under the id of that order, so that nobody takes it for a word on the action', async () => {
  const handle = orderHandler({
    ledger: { lookUp: async (actionId) => (actionId === 'act-1' ? 'known' : undefined) },
    take: () => expect.unreachable(),
    cancel: () => expect.unreachable(),
  });
  const plan = Plan.fromPartial({ steps: [{ id: 's', action: 'kubernetes.scale' }] });
  const order = Order.fromPartial({
    actionId: 'act-undo',
    ofActionId: 'act-1',
    phase: OrderPhase.ROLLBACK,
    plan,
    planDigest: planDigest(plan),
    actBefore: new Date(now.getTime() + 60_000),
  });
  const told = await handle({ data: order } as never, context);
  expect(told).toMatchObject([
    { data: { code: 'unsupported_phase', phase: OrderPhase.ROLLBACK, actionId: 'act-undo' } },
  ]);
});

it('plans what it does not do, and refuses to do it', async () => {
  const code = async (phase: OrderPhase, action: string, kind = 'deployment', more = {}) => {
    const place = { namespace: 'production', name: 'web' };
    const plan = Plan.fromPartial({
      resource: { target: 'prod', kind: 'Deployment', ...place },
      steps: [{ id: 's', action, arguments: toValues({ ...place, kind, ...more }) }],
    });
    return codeOf(plan, phase);
  };
  for (const action of ['kubernetes.rolloutRestart', 'kubernetes.rolloutUndo']) {
    expect(await code(OrderPhase.PLAN, action)).toBeUndefined();
    expect(await code(OrderPhase.EXECUTE, action)).toBe('not_carried_out');
  }
  expect(await code(OrderPhase.PLAN, 'kubernetes.scale', 'deployment', { replicas: 3 })).toBeUndefined();
  expect(await code(OrderPhase.PLAN, 'kubernetes.scale')).toBe('bad_argument');
  expect(await code(OrderPhase.PLAN, 'kubernetes.rolloutUndo', 'statefulset')).toBe('unsupported_kind');
  expect(await code(OrderPhase.PLAN, 'kubernetes.rolloutRestart', 'statefulset')).toBe('other_resource');
  expect(await code(OrderPhase.PLAN, 'kubernetes.drainNode')).toBe('unknown_action');
});

it('takes a cancel in whatever it says besides, and refuses one of nothing', async () => {
  const cancelled: string[] = [];
  const handle = orderHandler({
    ledger: { lookUp: async () => undefined },
    take: async () => 'new',
    cancel: async (actionId, { reason }) => void cancelled.push(`${actionId}: ${reason}`),
  });
  const order = Order.fromPartial({
    actionId: 'act-c',
    ofActionId: 'act-1',
    phase: OrderPhase.CANCEL,
    reason: 'over',
  });
  expect(await handle({ data: order } as never, context)).toEqual([]);
  expect(cancelled).toEqual(['act-1: over']);
  const [told] = await handle({ data: { ...order, ofActionId: '' } } as never, context);
  expect(told?.data).toMatchObject({ code: 'no_action', phase: OrderPhase.CANCEL, actionId: 'act-c' });
  expect(cancelled).toHaveLength(1);
});
