import { fileURLToPath } from 'node:url';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { breakerKey, freezeKey, killSwitchKey } from '#lib/control/control-key.ts';
import { applyControl, noControls } from '#lib/control/control-state.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { ActionSettled, Effect, SettledOutcome } from '#gen/belay/v1/verification.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { memoryGuardrails } from '../../services/decision/adapters/memory-guardrails.ts';
import { settlementOf } from '../../services/decision/handlers/settlement-of.ts';
import { type Decided, decideReport } from '../../cli/play/decide-report.ts';
import { DEFAULT_POLICY } from '../../cli/play/policy.ts';
import type { RecordedEvent } from '../../cli/simulate/recorded-event.ts';

const SHIPPED = fileURLToPath(new URL('../../runbooks', import.meta.url));
export const shipped = (await loadRunbookFiles([SHIPPED])).runbooks;

/** The ones that ship, with restart-pod changed. */
export const withRestartPod = (change: (runbook: Runbook) => Runbook): readonly Runbook[] =>
  shipped.map((runbook) => (runbook.name === 'restart-pod' ? change(runbook) : runbook));

export const lessCertain = withRestartPod((runbook) => ({
  ...runbook,
  triggers: { ...runbook.triggers, minimumConfidence: 0.5 },
}));

export const START = new Date('2026-03-03T03:12:00Z');

export interface Reported {
  readonly minute: number;
  readonly service?: string;
  readonly cause?: string;
  readonly confidence?: number;
  /** What comes of an action; `open` is never settled. */
  readonly ends?: 'verified' | 'failed' | 'aborted' | 'unknown' | 'open';
  readonly afterSeconds?: number;
  readonly killSwitch?: boolean;
  readonly freeze?: boolean;
  /** A second before it a person resets the breaker of restart-pod. */
  readonly breakerReset?: boolean;
}

/** The log of a system that ran these runbooks while this was reported: in order, each event once. */
export async function record(reports: readonly Reported[], runbooks = shipped): Promise<RecordedEvent[]> {
  const guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  const events: RecordedEvent[] = [];
  let ahead: ActionSettled[] = [];
  const settleBefore = async (time: Date): Promise<void> => {
    const due = ahead.filter(({ settledAt }) => (settledAt as Date) < time);
    ahead = ahead.filter((settled) => !due.includes(settled));
    for (const data of due.toSorted((a, b) => Number(a.settledAt) - Number(b.settledAt))) {
      await guardrails.settle(settlementOf(data));
      events.push({ type: 'ActionSettled', data });
    }
  };
  for (const [index, reported] of reports.toSorted((a, b) => a.minute - b.minute).entries()) {
    const report = reportOf(reported, index);
    const now = report.reportedAt as Date;
    await settleBefore(now);
    if (reported.breakerReset) {
      const reset = { runbook: 'restart-pod', at: new Date(now.getTime() - 1_000) };
      await guardrails.resetBreaker(reset);
      events.push({ type: 'ControlSet', data: resetSet(reset) });
    }
    const options = { guardrails, runbooks: () => runbooks, targets: ['prod-eu'], policy: DEFAULT_POLICY };
    const controls = () => controlsOf(reported);
    const { made, issued } = await decideReport(report, { ...options, controls }, now);
    events.push({ type: 'IncidentReported', data: report }, { type: 'DecisionMade', data: made });
    if (issued) events.push({ type: 'OrderIssued', data: issued });
    if (issued && reported.ends !== 'open') ahead.push(settledOf(reported, issued, now));
  }
  await settleBefore(new Date(8.64e15));
  return events;
}

function resetSet({ runbook, at }: { readonly runbook: string; readonly at: Date }): ControlSet {
  const setting = { $case: 'breakerOpen', value: { runbook, lifted: true, resetAt: at } } as const;
  return ControlSet.fromPartial({ key: breakerKey(runbook), setting, reason: 'looked at', setAt: at });
}

function reportOf(reported: Reported, index: number): IncidentReported {
  const { minute, service = 'api-server', cause = 'pod_crash_loop', confidence = 0.95 } = reported;
  const at = new Date(START.getTime() + minute * 60_000);
  return IncidentReported.fromPartial({
    incidentId: `inc-${index}`,
    externalId: `INC${index}`,
    service,
    source: 'test',
    fingerprint: `${index}`,
    startedAt: at,
    reportedAt: at,
    probableCause: cause,
    confidence,
    resource: { target: 'prod-eu', kind: 'pod', namespace: 'production', name: `${service}-${index}` },
  });
}

const controlsOf = ({ killSwitch = false, freeze = false, minute }: Reported) => {
  const state = killSwitch ? KillSwitchState.STOP_NEW : KillSwitchState.RELEASED;
  const until = new Date(START.getTime() + (minute + 1) * 60_000);
  const settings = [
    [killSwitchKey(''), { $case: 'killSwitch', value: { state } }],
    [freezeKey('frz-1'), { $case: 'freeze', value: { until, lifted: !freeze } }],
  ] as const;
  return settings.reduce(
    (controls, [key, setting]) =>
      applyControl(controls, ControlSet.fromPartial({ key, setting, reason: 'drill' })),
    noControls,
  );
};

const ENDS = {
  verified: [SettledOutcome.VERIFIED, Effect.DONE],
  failed: [SettledOutcome.FAILED, Effect.DONE],
  aborted: [SettledOutcome.ABORTED, Effect.NONE],
  unknown: [SettledOutcome.UNKNOWN, Effect.UNKNOWN],
} as const;

function settledOf(
  { ends = 'verified', afterSeconds = 20 }: Reported,
  { actionId, decisionId, incidentId, target }: NonNullable<Decided['issued']>,
  now: Date,
): ActionSettled {
  const [outcome, effect] = ENDS[ends === 'open' ? 'unknown' : ends];
  const settledAt = new Date(now.getTime() + afterSeconds * 1_000);
  return ActionSettled.fromPartial({
    ...{ actionId, decisionId, incidentId, target, outcome, effect, settledAt },
  });
}
