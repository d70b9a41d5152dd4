import { expect, it } from 'vitest';
import { Approval } from '#gen/belay/v1/approval_service.ts';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { BreakerState, BreakerStatus, StormStatus } from '#gen/belay/v1/decision_service.ts';
import { quarantineKey, type Setting } from '#lib/control/control-key.ts';
import { applyControl, noControls } from '#lib/control/control-state.ts';
import { relativeTime } from '../frame/relative-time.ts';
import { renderTable } from '../frame/table.ts';
import { type StatusBesides, statusReport } from './status-report.ts';
import { targetReport } from './target-report.ts';
import { targetState } from './target-state.ts';

const readAt = new Date('2026-03-03T03:12:00Z');
const inHours = (hours: number) => new Date(readAt.getTime() + hours * 3_600_000);
const set = (key: string, setting: object, reason: string) =>
  ControlSet.fromPartial({ key, reason, actor: { name: 'maria' }, setting: setting as Setting });
const resource = { target: 'prod-eu', kind: 'pod', namespace: 'shop', name: 'cart-1', uid: '' };
const engaged = (state: KillSwitchState, target: string) =>
  set(`kill-switch/${target}`, { $case: 'killSwitch', value: { state, target } }, 'bad tooling');
const freeze = set(
  'freeze/frz-3f2a91d07b',
  { $case: 'freeze', value: { namespace: 'shop', until: inHours(2) } },
  'release week',
);
const settings = [
  freeze,
  set('silence/sil-77b2', { $case: 'silence', value: { service: 'worker', until: inHours(1) } }, 'load test'),
  set(
    'runbook-disabled/scale-up',
    { $case: 'runbookDisabled', value: { runbook: 'scale-up', actionId: 'act-7' } },
    'cpu did not fall',
  ),
  set(quarantineKey('act-9'), { $case: 'quarantine', value: { resource, actionId: 'act-9' } }, 'lost'),
  engaged(KillSwitchState.STOP_NEW, 'prod-us'),
];
const knownWith = (...records: ControlSet[]) => ({
  controls: records.reduce(applyControl, { ...noControls, heartbeatAt: new Date(readAt.getTime() - 1_000) }),
  readAt,
});
const reportOf = (known: ReturnType<typeof knownWith>, besides: Partial<StatusBesides> = {}) =>
  statusReport(known, { targets: statesOf(known), breakers: [], storms: [], approvals: [], ...besides });
const shown = (known: ReturnType<typeof knownWith>, result = reportOf(known)) => {
  const time = (at: Date) => relativeTime(at, readAt);
  return renderTable(result.table({ wide: false, time }), { color: false });
};
const statesOf = (known: ReturnType<typeof knownWith>) =>
  ['prod-eu', 'prod-us'].map((name) => targetState(name, known));

it('says what stops automation, until when, why and by whom', () => {
  expect(shown(knownWith(...settings))).toBe(
    [
      'kill switch  ENGAGED stop-new  prod-us          bad tooling, by maria',
      'heartbeat    1.0 s ago',
      'freeze       frz-3f2a91d0      namespace shop   ends in 2h; release week, by maria',
      'silence      sil-77b2          worker           ends in 60m; load test, by maria',
      'disabled     scale-up                           cpu did not fall, by maria, after act-7',
      'quarantine   act-9             pod shop/cart-1  lost, by maria, after act-9',
      'breaker      none',
      'storm        none',
      'approval     none',
      'target       acts in part      prod-eu',
      'target       STOPPED           prod-us          the kill switch is engaged: bad tooling',
      '',
    ].join('\n'),
  );
});

it('says so where nothing stops it, and where the engine is silent', () => {
  expect(shown(knownWith())).toBe(
    [
      'kill switch  released',
      'heartbeat    1.0 s ago',
      'freeze       none',
      'silence      none',
      'disabled     none',
      'quarantine   none',
      'breaker      none',
      'storm        none',
      'approval     none',
      'target       may act    prod-eu',
      'target       may act    prod-us',
      '',
    ].join('\n'),
  );
  const silent = { controls: { ...noControls, heartbeatAt: inHours(-1) }, readAt };
  expect(shown(silent)).toMatch(/SILENT, 3600.0 s ago[^]*target +STOPPED/);
});

it('a setting that it does not know is not passed over', () => {
  const known = knownWith(set('drain/eu', {}, 'maintenance'));
  expect(shown(known)).toMatch(/unknown +eu +drain\/eu +maintenance, by maria/);
  expect(statesOf(known).map(({ code }) => code)).toEqual(['control_unknown', 'control_unknown']);
});

it('a target shows what stops parts of it', () => {
  const known = knownWith(...settings);
  const report = targetReport(targetState('prod-eu', known));
  expect(shown(known, report)).toBe(
    [
      'prod-eu',
      '  state         acts in part',
      '  frz-3f2a91d0  namespace shop: ends in 2h; release week',
      '  act-9         pod shop/cart-1: lost',
      '',
    ].join('\n'),
  );
});

it('says which breakers are open and when they are tried, and what waits for people until when', () => {
  const breaker = (change: Partial<BreakerStatus>) =>
    BreakerStatus.fromPartial({ runbook: 'scale-up', failures: 3, opensAt: 3, ...change });
  const breakers = [
    breaker({ state: BreakerState.OPEN, trialAt: inHours(0.05) }),
    breaker({ runbook: 'restart-pod', state: BreakerState.HALF_OPEN, trial: 'dec-7' }),
    breaker({ runbook: 'fine', state: BreakerState.CLOSED }),
  ];
  const request = {
    approvalId: 'apr-5b0911d07b',
    service: 'cart',
    changes: ['42 -> 41'],
    deadline: inHours(0.1),
  };
  const text = shown(
    knownWith(),
    reportOf(knownWith(), { breakers, approvals: [Approval.fromPartial({ request })] }),
  );
  expect(text).toMatch(/breaker +OPEN +scale-up +3 in a row did not help; trial: in 3m\n/);
  expect(text).toMatch(/breaker +HALF_OPEN +restart-pod +3 in a row did not help; trial: under way: dec-7\n/);
  expect(text).not.toContain('fine');
  expect(text).toMatch(/approval +apr-5b0911d0 +cart +42 -> 41; deadline in 6m\n/);
});

it('says what else it knows while the guardrails are not ready', () => {
  const text = shown(knownWith(), reportOf(knownWith(), { breakers: undefined }));
  expect(text).toMatch(/breaker +UNKNOWN +the guardrails are not ready: nothing runs\n/);
});

it('says whose storm stands, since when, what that means and when it may be over', () => {
  const stands = { startedAt: inHours(-0.05), endsAt: inHours(0.1), services: 9, limit: 5 };
  const storms = ['', 'prometheus'].map((source) => StormStatus.fromPartial({ source, ...stands }));
  const result = reportOf(knownWith(), { storms });
  const text = shown(knownWith(), result);
  expect(text).toMatch(
    /storm +STANDS +of all sources +since 3m ago: nothing runs by itself; earliest end in 6m; by hand: belay runbook run NAME --resource \.\.\.\n/,
  );
  expect(text).toMatch(/storm +STANDS +of prometheus +since 3m ago: nothing of it runs by itself; /);
  expect(result.body).toMatchObject({ storms });
});
