import type { Approval } from '#gen/belay/v1/approval_service.ts';
import type { ControlSet } from '#gen/belay/v1/control.ts';
import { BreakerState, type BreakerStatus, type StormStatus } from '#gen/belay/v1/decision_service.ts';
import type { SettingCase } from '#lib/control/control-key.ts';
import { inForce, unknownSettings } from '#lib/control/in-force.ts';
import type { Presentation, Result } from '../frame/output.ts';
import type { Cell } from '../frame/table.ts';
import { breakerBody, breakerCell, trialWords } from './breaker-report.ts';
import { controlBody, endWords, shortId, whatOf } from './control-report.ts';
import type { KnownControls } from './read-controls.ts';
import { stormOwner, stormWords } from './storm-words.ts';
import { switchMode } from './switch-words.ts';
import { targetBody } from './target-report.ts';
import { stateCell, type TargetState } from './target-state.ts';

type Time = Presentation['time'];

/** What is asked of others than the controls. */
export interface StatusBesides {
  readonly targets: readonly TargetState[];
  /** Undefined while the guardrails cannot answer. */
  readonly breakers: readonly BreakerStatus[] | undefined;
  /** The same. */
  readonly storms: readonly StormStatus[] | undefined;
  /** Those that wait for people. */
  readonly approvals: readonly Approval[];
}

export function statusReport(known: KnownControls, besides: StatusBesides): Result {
  const { targets, breakers, storms, approvals } = besides;
  const { heartbeatAt } = known.controls;
  const lists = listsOf(known);
  const heartbeatAgeMs = heartbeatAt && known.readAt.getTime() - heartbeatAt.getTime();
  const all = Object.entries(lists);
  const bodies: Record<string, unknown> = Object.fromEntries(
    all.map(([name, controls]) => [name, controls.map(controlBody)]),
  );
  return {
    kind: 'Status',
    body: {
      readAt: known.readAt,
      heartbeatAt,
      heartbeatAgeMs,
      ...bodies,
      breakers: breakers?.map(breakerBody),
      storms,
      approvals: approvals.map(({ request }) => request?.approvalId),
      targets: targets.map(targetBody),
    },
    names: all.flatMap(([, controls]) => controls.map(({ key }) => key)),
    table: ({ time }) => ({
      rows: [
        ...switchRows(lists.killSwitches),
        ['heartbeat', heartbeat(heartbeatAgeMs)],
        ...settingRows(lists, time),
        ...breakerRows(breakers, time),
        ...stormRows(storms, time),
        ...approvalRows(approvals, time),
        ...targets.map((target) => ['target', stateCell(target), target.name, target.reason]),
      ],
    }),
  };
}

function listsOf({ controls, readAt }: KnownControls) {
  const of = (kind: SettingCase) => inForce(controls, kind, readAt).map(({ control }) => control);
  return {
    killSwitches: of('killSwitch').filter(isEngaged),
    freezes: of('freeze'),
    silences: of('silence'),
    disabledRunbooks: of('runbookDisabled'),
    quarantines: of('quarantine'),
    unknown: unknownSettings(controls),
  };
}

/** In the order in which somebody asks who finds that nothing happens. */
function settingRows(lists: ReturnType<typeof listsOf>, time: Time): Cell[][] {
  return [
    ...rows('freeze', lists.freezes, time),
    ...rows('silence', lists.silences, time),
    ...rows('disabled', lists.disabledRunbooks, time),
    ...rows('quarantine', lists.quarantines, time),
    ...(lists.unknown.length > 0 ? rows('unknown', lists.unknown, time) : []),
  ];
}

function breakerRows(breakers: StatusBesides['breakers'], time: Time): Cell[][] {
  if (!breakers) return [notReady('breaker')];
  const open = breakers.filter(({ state }) => state !== BreakerState.CLOSED);
  if (open.length === 0) return [['breaker', { text: 'none', tone: 'dim' }]];
  return open.map((breaker) => [
    'breaker',
    breakerCell(breaker),
    breaker.runbook,
    `${breaker.failures} in a row did not help; trial: ${trialWords(breaker, time)}`,
  ]);
}

function stormRows(storms: StatusBesides['storms'], time: Time): Cell[][] {
  if (!storms) return [notReady('storm')];
  if (storms.length === 0) return [['storm', { text: 'none', tone: 'dim' }]];
  return storms.map((storm) => [
    'storm',
    { text: 'STANDS', tone: 'bad' },
    stormOwner(storm),
    `${stormWords(storm, time)}; by hand: belay runbook run NAME --resource ...`,
  ]);
}

const notReady = (name: string): Cell[] => [
  name,
  { text: 'UNKNOWN', tone: 'bad' },
  'the guardrails are not ready: nothing runs',
];

function approvalRows(approvals: readonly Approval[], time: Time): Cell[][] {
  if (approvals.length === 0) return [['approval', { text: 'none', tone: 'dim' }]];
  return approvals.flatMap(({ request }) => {
    if (!request) return [];
    const { approvalId, service, changes, deadline } = request;
    const by = deadline ? `deadline ${time(deadline)}` : '';
    return [
      ['approval', approvalId.slice(0, 12), service, [changes.join(', '), by].filter(Boolean).join('; ')],
    ];
  });
}

const isEngaged = ({ setting }: ControlSet): boolean =>
  setting?.$case === 'killSwitch' && switchMode(setting.value) !== 'released';

function switchRows(engaged: readonly ControlSet[]): Cell[][] {
  if (engaged.length === 0) return [['kill switch', { text: 'released', tone: 'good' }]];
  return engaged.map((control) => {
    const { setting } = control;
    const value = setting?.$case === 'killSwitch' ? setting.value : undefined;
    const where = value?.target === '' ? 'all targets' : (value?.target ?? '');
    const mode = value ? switchMode(value) : 'unknown';
    return ['kill switch', { text: `ENGAGED ${mode}`, tone: 'bad' }, where, why(control)];
  });
}

/** Older than executors put up with: nothing begins anywhere. */
const SILENT_MS = 10_000;

function heartbeat(ageMs: number | undefined): Cell {
  if (ageMs === undefined) return { text: 'NONE', tone: 'bad' };
  const text = `${(ageMs / 1_000).toFixed(1)} s ago`;
  return Math.abs(ageMs) > SILENT_MS ? { text: `SILENT, ${text}`, tone: 'bad' } : { text, tone: 'good' };
}

/** One line a setting, and one that says so where there are none. */
function rows(name: string, all: readonly ControlSet[], time: Time): Cell[][] {
  if (all.length === 0) return [[name, { text: 'none', tone: 'dim' }]];
  return all.map((control) => {
    const [id, what, end] = [shortId(control), whatOf(control), endWords(control, time)];
    const words = [end && `ends ${end}`, why(control)].filter(Boolean).join('; ');
    return [name, id, id === what ? '' : what, words];
  });
}

function why({ reason, actor, setting }: ControlSet): string {
  const after = setting && 'actionId' in setting.value && setting.value.actionId;
  return [reason, actor?.name && `by ${actor.name}`, after && `after ${after}`].filter(Boolean).join(', ');
}
