import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { freezeKey, isKeyOf, killSwitchKey, quarantineKey, runbookKey, type Setting } from './control-key.ts';
import { applyControl, engagedSwitch, noControls } from './control-state.ts';
import { inForce } from './in-force.ts';

const now = new Date('2026-03-03T03:12:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const set = (key: string, setting: object, reason = 'why') =>
  ControlSet.fromPartial({ key, reason, setting: setting as Setting });
const killSwitch = (state: KillSwitchState, target = '') =>
  set(killSwitchKey(target), { $case: 'killSwitch', value: { state, target } });
const freeze = (id: string, value: object) => set(freezeKey(id), { $case: 'freeze', value });
const state = (...records: ControlSet[]) => records.reduce(applyControl, noControls);

it('no name of a target spells the key of the switch for all of them, nor that of another target', () => {
  expect(killSwitchKey('')).toBe('kill-switch/*');
  expect(killSwitchKey('shop-cluster.eu')).toBe('kill-switch/shop-cluster.eu');
  const name = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('*', '%', '2', 'A', '5') }));
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(killSwitchKey(a) === killSwitchKey(b)).toBe(a === b);
    }),
  );
});

/** Names that try to look like parts of a key. */
const sly = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('/', '*', '%', 'a', '-'), maxLength: 8 }),
  fc.constantFrom('', 'kill-switch/*', 'freeze/f-1', 'heartbeat', 'disabled/x', '../*'),
);
const resource = fc.record({ target: sly, kind: sly, namespace: sly, name: sly, uid: sly });
const setting: fc.Arbitrary<object> = fc.oneof(
  fc.record({ $case: fc.constant('killSwitch'), value: fc.record({ target: sly, state: fc.nat(3) }) }),
  fc.record({ $case: fc.constant('freeze'), value: fc.record({ lifted: fc.boolean(), namespace: sly }) }),
  fc.record({ $case: fc.constant('silence'), value: fc.record({ lifted: fc.boolean(), service: sly }) }),
  fc.record({ $case: fc.constant('runbookDisabled'), value: fc.record({ runbook: sly }) }),
  fc.record({ $case: fc.constant('breakerOpen'), value: fc.record({ runbook: sly }) }),
  fc.record({ $case: fc.constant('quarantine'), value: fc.record({ resource, actionId: sly }) }),
  fc.record({ $case: fc.constant('runbookActive'), value: fc.record({ runbook: fc.record({ name: sly }) }) }),
  fc.record({ $case: fc.constant('heartbeat'), value: fc.record({ beatAt: fc.constant(now) }) }),
  fc.constant({}),
);
const prefix = fc.constantFrom(
  ...['kill-switch/', 'freeze/', 'silence/', 'runbook-disabled/', 'breaker/', 'quarantine/', 'runbook/', ''],
);
const key = fc.oneof(
  fc.tuple(prefix, sly).map(([before, name]) => `${before}${name}`),
  fc.constantFrom('heartbeat', 'kill-switch/*', 'freeze/f-1', 'silence/f-1'),
);

it('no key is that of two kinds of setting', () => {
  fc.assert(
    fc.property(key, setting, setting, (of, a, b) => {
      const [one, other] = [set(of, a), set(of, b)];
      if (!isKeyOf(one) || !isKeyOf(other)) return;
      expect(one.setting?.$case).toBe(other.setting?.$case);
    }),
    { numRuns: 2_000 },
  );
});

it('a quarantine stands under the action that it came of, and under no other', () => {
  const of = (actionId: string, keyOf: string) =>
    isKeyOf(
      set(quarantineKey(keyOf), { $case: 'quarantine', value: { resource: { name: 'web' }, actionId } }),
    );
  fc.assert(
    fc.property(sly, sly, (a, b) => {
      expect(of(a, b)).toBe(a === b && a !== '');
    }),
  );
});

it('a breaker and a quarantine that were lifted still say so, and a thousand of them are enough', () => {
  const lift = (actionId: string, lifted = true) =>
    set(quarantineKey(actionId), {
      $case: 'quarantine',
      value: { resource: { name: 'web' }, actionId, lifted },
    });
  const breaker = set('breaker/scale-up', {
    $case: 'breakerOpen',
    value: { runbook: 'scale-up', lifted: true },
  });
  const many = Array.from({ length: 1_500 }, (_, i) => lift(`act-${i}`));
  const controls = state(breaker, lift('act-on', false), ...many);
  expect(controls.settings.size).toBe(1_002);
  expect(controls.settings.has('quarantine/act-1499')).toBe(true);
  expect(inForce(controls, 'quarantine', now).map(({ value }) => value.actionId)).toEqual(['act-on']);
  expect(inForce(controls, 'breakerOpen', now)).toEqual([]);
});

it('the newest record of each key says how things are, whatever was said of others in between', () => {
  const records = fc.array(fc.tuple(key, setting).map(([of, value]) => set(of, value)));
  fc.assert(
    fc.property(records, (said) => {
      const newest = new Map(said.filter(isKeyOf).map((record) => [record.key, record]));
      const all = state(...said);
      expect(new Map(all.settings)).toEqual(new Map(state(...newest.values()).settings));
      expect(state(...said, ...said)).toEqual(all);
    }),
  );
});

it('a record under the key of another setting changes nothing', () => {
  const engaged = state(killSwitch(KillSwitchState.STOP_ALL), freeze('f-1', { namespace: 'production' }));
  const released = (target: string) => ({
    ...killSwitch(KillSwitchState.RELEASED, target),
    key: killSwitchKey(''),
  });
  const forged = [
    released('*'),
    released('t'),
    { ...killSwitch(KillSwitchState.RELEASED), key: 'k' },
    { ...freeze('x', { lifted: true }), key: killSwitchKey('') },
    set(freezeKey('f-1'), { $case: 'silence', value: { lifted: true, service: 's' } }),
    set(killSwitchKey(''), { $case: 'heartbeat', value: { beatAt: now } }),
    set(killSwitchKey(''), {}),
    set(freezeKey('f-1'), {}),
  ];
  for (const record of forged) {
    expect(isKeyOf(record)).toBe(false);
    expect(applyControl(engaged, record)).toBe(engaged);
  }
  expect(engagedSwitch(engaged, 't')).toMatchObject({ state: KillSwitchState.STOP_ALL, reason: 'why' });
});

it('what has ended or was lifted does not count; what has no end counts until it is lifted', () => {
  const controls = state(
    freeze('f-ended', { until: now }),
    freeze('f-on', { until: later(1) }),
    freeze('f-endless', {}),
    freeze('f-lifted', { until: later(1) }),
    freeze('f-lifted', { until: later(1), lifted: true }),
  );
  const ids = inForce(controls, 'freeze', now).map(({ control }) => control.key);
  expect(ids).toEqual(['freeze/f-on', 'freeze/f-endless']);
});

it('thousands of freezes that have ended are not kept, and none that holds is lost', () => {
  const ended = Array.from({ length: 1_500 }, (_, i) => freeze(`f-${i}`, { until: later(i - 2_000) }));
  const lasting = Array.from({ length: 200 }, (_, i) => freeze(`l-${i}`, { until: later(60_000) }));
  const controls = state(...lasting, freeze('l-endless', {}), ...ended);
  expect(controls.settings.size).toBeLessThan(1_100);
  expect(inForce(controls, 'freeze', now)).toHaveLength(201);
});

it('no runbook spells the key of another setting, and no other setting that of a runbook', () => {
  const active = (name: string, key: string) =>
    set(key, { $case: 'runbookActive', value: { runbook: { name } } });
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (name, other) => {
      expect(isKeyOf(active(name, runbookKey(name)))).toBe(true);
      expect(isKeyOf(active(name, runbookKey(other)))).toBe(name === other);
      expect(isKeyOf(active(name, killSwitchKey(other)))).toBe(false);
      expect(isKeyOf(active(name, 'heartbeat'))).toBe(false);
      expect(isKeyOf(set(runbookKey(name), { $case: 'freeze', value: { lifted: true } }))).toBe(false);
    }),
  );
});
