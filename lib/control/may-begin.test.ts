import { describe, expect, it } from 'vitest';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { Order } from '#gen/belay/v1/order.ts';
import { freezeKey, killSwitchKey, quarantineKey, type Setting } from './control-key.ts';
import { applyControl, noControls } from './control-state.ts';
import { mayBegin } from './may-begin.ts';

const now = new Date('2026-03-03T03:12:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const set = (key: string, setting: object) =>
  ControlSet.fromPartial({
    key,
    reason: 'release week',
    actor: { name: 'maria' },
    setting: setting as Setting,
  });
const beat = (beatAt: Date) => set('heartbeat', { $case: 'heartbeat', value: { beatAt } });
const killSwitch = (state: KillSwitchState, target = '') =>
  set(killSwitchKey(target), { $case: 'killSwitch', value: { state, target } });
const freeze = (value: object) => set(freezeKey('frz-1'), { $case: 'freeze', value });
const quarantine = (resource: object) => {
  const whole = { target: 'prod', kind: '', namespace: '', name: '', uid: '', ...resource };
  return set(quarantineKey('act-7'), {
    $case: 'quarantine',
    value: { resource: whole, actionId: 'act-7' },
  });
};

const orderOf = (phase: OrderPhase) =>
  Order.fromPartial({
    target: 'prod',
    phase,
    plan: {
      service: 'checkout',
      resource: { target: 'prod', kind: 'pod', namespace: 'shop', name: 'checkout-1' },
    },
  });
const order = orderOf(OrderPhase.EXECUTE);
const rollback = orderOf(OrderPhase.ROLLBACK);
const told = (...records: ControlSet[]) => [beat(now), ...records].reduce(applyControl, noControls);
const asked = (what: typeof order, ...records: ControlSet[]) => mayBegin(told(...records), what, now);

it('nothing may begin before anything was heard, nor once the heartbeat is 10 s old, nor on one from the future', () => {
  const heard = (at: Date) => mayBegin(applyControl(noControls, beat(at)), order, now);
  expect(mayBegin(noControls, order, now)).toMatchObject({ ok: false, code: 'control_silent' });
  expect(heard(ago(10_000))).toEqual({ ok: true });
  expect(heard(ago(10_001))).toMatchObject({ ok: false, code: 'control_silent' });
  expect(heard(ago(-10_001))).toMatchObject({ ok: false, code: 'control_silent' });
});

describe('the kill switch', () => {
  it('stops every target, or the one that it names, until it is released', () => {
    for (const state of [KillSwitchState.STOP_NEW, KillSwitchState.STOP_ALL]) {
      expect(asked(order, killSwitch(state))).toMatchObject({ code: 'kill_switch' });
      expect(asked(order, killSwitch(state, 'prod'))).toMatchObject({
        code: 'kill_switch',
        reason: expect.stringContaining('release week'),
      });
      expect(asked(order, killSwitch(state, 'other'))).toEqual({ ok: true });
    }
    const released = killSwitch(KillSwitchState.RELEASED);
    expect(asked(order, killSwitch(KillSwitchState.STOP_ALL), released)).toEqual({ ok: true });
  });

  it.each([
    ['stop-new', KillSwitchState.STOP_NEW, true],
    ['stop-all', KillSwitchState.STOP_ALL, false],
    ['a state that this version does not know', KillSwitchState.UNRECOGNIZED, false],
    ['no state', KillSwitchState.UNSPECIFIED, false],
  ])('at %s, a rollback: %j %j', (_what, state, goesOn) => {
    expect(asked(order, killSwitch(state)).ok).toBe(false);
    expect(asked(rollback, killSwitch(state)).ok).toBe(goesOn);
    const target = killSwitch(KillSwitchState.STOP_ALL, 'prod');
    expect(asked(rollback, killSwitch(state), target).ok).toBe(false);
  });
});

describe('a freeze', () => {
  it.each([
    ['of everything', {}],
    ['of the target', { target: 'prod' }],
    ['of the namespace', { namespace: 'shop' }],
    ['of the service', { service: 'checkout' }],
    ['of all three', { target: 'prod', namespace: 'shop', service: 'checkout' }],
  ])('%s stops what is new, and lets a rollback finish', (_what, scope) => {
    expect(asked(order, freeze(scope))).toMatchObject({ ok: false, code: 'freeze' });
    expect(asked(rollback, freeze(scope))).toEqual({ ok: true });
  });

  it.each([
    ['of another target', { target: 'test' }],
    ['of another namespace', { namespace: 'sho' }],
    ['of the service, elsewhere', { service: 'checkout', namespace: 'other' }],
    ['that has ended', { until: now }],
    ['that was lifted', { lifted: true }],
  ])('%s stops nothing here', (_what, scope) => {
    expect(asked(order, freeze(scope))).toEqual({ ok: true });
  });

  it('says of what, until when, why and by whom', () => {
    const until = new Date('2026-03-03T04:00:00Z');
    expect(asked(order, freeze({ namespace: 'shop', until }))).toMatchObject({
      reason: 'namespace shop is frozen until 2026-03-03T04:00:00Z: release week (maria)',
    });
  });
});

describe('a quarantine', () => {
  it('stops everything on its resource, rollbacks as well, and names the action', () => {
    const on = quarantine({ kind: 'pod', namespace: 'shop', name: 'checkout-1', uid: 'u' });
    for (const what of [order, rollback])
      expect(asked(what, on)).toMatchObject({
        code: 'quarantined',
        reason: 'pod shop/checkout-1 is in quarantine since act-7: release week (maria)',
      });
    expect(asked(order, on, { ...on, setting: lifted(on) })).toEqual({ ok: true });
  });

  it('of a workload stops what is on its pods, once the target shows whose they are', () => {
    const on = quarantine({ kind: 'deployment', namespace: 'shop', name: 'checkout' });
    expect(asked(order, on)).toEqual({ ok: true });
    const workload = 'Deployment/shop/checkout';
    expect(mayBegin(told(on), { ...order, workload }, now)).toMatchObject({ code: 'quarantined' });
    const other = 'Deployment/shop/cart';
    expect(mayBegin(told(on), { ...order, workload: other }, now)).toEqual({ ok: true });
  });

  it.each([
    { name: 'checkout-2' },
    { target: 'test', name: 'checkout-1' },
    { namespace: 'other', name: 'checkout-1' },
  ])('of another resource stops nothing here: %j', (resource) => {
    expect(asked(order, quarantine(resource))).toEqual({ ok: true });
  });
});

it('a setting of a newer version stops what is new: nobody here can say what it restricts', () => {
  expect(asked(order, set('drain/eu', {}))).toMatchObject({
    code: 'control_unknown',
    reason: expect.stringContaining('drain/eu'),
  });
});

function lifted({ setting }: ControlSet): Setting {
  if (setting?.$case !== 'quarantine') throw new Error('no quarantine');
  return { $case: 'quarantine', value: { ...setting.value, lifted: true } };
}
