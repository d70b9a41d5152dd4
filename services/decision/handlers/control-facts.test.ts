import { expect, it } from 'vitest';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { quarantineKey, type Setting } from '#lib/control/control-key.ts';
import { applyControl, noControls } from '#lib/control/control-state.ts';
import { controlFacts } from './control-facts.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 2, 3, hour));
const resource = { target: 'prod', kind: 'pod', namespace: 'shop', name: 'web-1' };
const set = (key: string, setting: object) =>
  ControlSet.fromPartial({ key, reason: 'why', actor: { name: 'maria' }, setting: setting as Setting });

const controls = [
  set('freeze/f-1', { $case: 'freeze', value: { namespace: 'shop', until: at(4) } }),
  set('freeze/f-2', { $case: 'freeze', value: { namespace: 'other', until: at(4) } }),
  set('silence/s-1', { $case: 'silence', value: { service: 'web', until: at(5) } }),
  set('silence/s-2', { $case: 'silence', value: { service: 'cart', until: at(5) } }),
  set('runbook-disabled/scale-up', {
    $case: 'runbookDisabled',
    value: { runbook: 'scale-up', actionId: 'act-7' },
  }),
  set('runbook-disabled/restart-pod', {
    $case: 'runbookDisabled',
    value: { runbook: 'restart-pod', lifted: true },
  }),
  set(quarantineKey('act-9'), {
    $case: 'quarantine',
    value: { resource: { ...resource, uid: 'u' }, actionId: 'act-9' },
  }),
].reduce(applyControl, noControls);

it('tells what is in the way of acting on an incident, and nothing else', () => {
  expect(controlFacts(controls, { service: 'web', resource }, at(3))).toEqual({
    freezes: [{ what: 'namespace shop', why: 'why (maria)', endsAt: at(4) }],
    silences: [{ what: 'web', why: 'why (maria)', endsAt: at(5) }],
    quarantines: [{ what: 'pod shop/web-1', why: 'why (maria)', endsAt: undefined }],
    disabledRunbooks: new Map([
      ['scale-up', { what: 'scale-up', why: 'why (maria), after act-7', endsAt: undefined }],
    ]),
  });
});

it('an incident without a resource is in no namespace, and under what is frozen everywhere', () => {
  const everything = set('freeze/f-3', { $case: 'freeze', value: {} });
  const facts = controlFacts(
    applyControl(controls, everything),
    { service: 'cart', resource: undefined },
    at(5),
  );
  expect(facts).toMatchObject({ freezes: [{ what: 'everything' }], silences: [], quarantines: [] });
});
