import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { isKeyOf, killSwitchKey, runbookKey } from './control-key.ts';
import { applyControl, mayBegin, noControls } from './control-state.ts';

const now = new Date('2026-03-03T03:12:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const beat = (beatAt: Date) =>
  ControlSet.fromPartial({ key: 'heartbeat', setting: { $case: 'heartbeat', value: { beatAt } } });
const killSwitch = (state: KillSwitchState, target = '') =>
  ControlSet.fromPartial({
    key: killSwitchKey(target),
    reason: 'why',
    setting: { $case: 'killSwitch', value: { state, target } },
  });
const state = (...records: ControlSet[]) => records.reduce(applyControl, noControls);

it('nothing may begin before anything was heard, nor once the heartbeat is 10 s old, nor on one from the future', () => {
  expect(mayBegin(noControls, 't', now)).toMatchObject({ ok: false, code: 'control_silent' });
  expect(mayBegin(state(beat(ago(10_000))), 't', now)).toEqual({ ok: true });
  expect(mayBegin(state(beat(ago(10_001))), 't', now)).toMatchObject({ ok: false, code: 'control_silent' });
  expect(mayBegin(state(beat(ago(-10_001))), 't', now)).toMatchObject({ ok: false, code: 'control_silent' });
});

it('the kill switch stops every target, or the one that it names, until it is released', () => {
  const alive = beat(now);
  for (const engaged of [KillSwitchState.STOP_NEW, KillSwitchState.STOP_ALL, KillSwitchState.UNRECOGNIZED]) {
    expect(mayBegin(state(alive, killSwitch(engaged)), 't', now)).toMatchObject({
      ok: false,
      code: 'kill_switch',
    });
  }
  const one = state(alive, killSwitch(KillSwitchState.STOP_NEW, 'a'));
  expect(mayBegin(one, 'a', now)).toMatchObject({ ok: false, reason: expect.stringContaining('why') });
  expect(mayBegin(one, 'b', now)).toEqual({ ok: true });
  const released = state(alive, killSwitch(KillSwitchState.STOP_ALL), killSwitch(KillSwitchState.RELEASED));
  expect(mayBegin(released, 't', now)).toEqual({ ok: true });
});

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

it('a record under the key of another setting changes nothing', () => {
  const engaged = state(beat(now), killSwitch(KillSwitchState.STOP_ALL));
  const forged = (target: string) => ({
    ...killSwitch(KillSwitchState.RELEASED, target),
    key: killSwitchKey(''),
  });
  for (const record of [forged('*'), forged('t'), { ...killSwitch(KillSwitchState.RELEASED), key: 'k' }]) {
    expect(isKeyOf(record)).toBe(false);
    expect(applyControl(engaged, record)).toBe(engaged);
  }
  const late = { ...beat(now), key: killSwitchKey('') };
  expect(mayBegin(applyControl(noControls, late), 't', now)).toMatchObject({ code: 'control_silent' });
});

it('no runbook spells the key of another setting, and no other setting that of a runbook', () => {
  const active = (name: string, key: string) =>
    ControlSet.fromPartial({ key, setting: { $case: 'runbookActive', value: { runbook: { name } } } });
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (name, other) => {
      expect(isKeyOf(active(name, runbookKey(name)))).toBe(true);
      expect(isKeyOf(active(name, runbookKey(other)))).toBe(name === other);
      expect(isKeyOf(active(name, killSwitchKey(other)))).toBe(false);
      expect(isKeyOf(active(name, 'heartbeat'))).toBe(false);
      const frozen = { $case: 'freeze', value: { lifted: true } } as const;
      expect(isKeyOf(ControlSet.fromPartial({ key: runbookKey(name), setting: frozen }))).toBe(false);
    }),
  );
});
