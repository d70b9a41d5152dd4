import { expect, it } from 'vitest';
import { CheckResult, Mode } from '#gen/belay/v1/common.ts';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { ApprovalAnswer, ApprovalAnswered, ApprovalLapsed, DecisionMade } from '#gen/belay/v1/decision.ts';
import { ManualClock } from '#lib/clock.ts';
import { applyControl, type ControlState, noControls } from '#lib/control/control-state.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { prometheusMetrics } from '#lib/telemetry/prometheus.ts';
import { aboutOf, at, slotWants } from '../../test/support/slot-wants.ts';
import { memoryGuardrails } from './adapters/memory-guardrails.ts';
import type { Case } from './domain/cases/case.ts';
import type { ActiveRunbook } from './domain/registry/active-runbook.ts';
import { countedCases, countedHandlers, countEvents } from './handlers/count-events.ts';
import { writeDraft } from './handlers/draft.ts';
import { decisionMetrics, METRICS } from './metrics.ts';
import type { Cases } from './ports.ts';
import { watchState } from './workers/watch-state.ts';

const runbook = { name: 'restart-pod', version: 3, digest: 'd' };
const circuitBreaker = { failures: 1, recoverySeconds: 300 };
const active = { ...runbook, mode: 'auto_execute', risk: 'low', guardrails: { circuitBreaker } };

/** As Prometheus would read it. */
function scraped() {
  const prometheus = prometheusMetrics((error) => {
    throw error;
  });
  const metrics = decisionMetrics(prometheus.meter);
  const scrape = async () => {
    let text = '';
    const response = { setHeader: () => {}, end: (body: string) => void (text = body) };
    await prometheus.handle({} as never, response as never);
    return text;
  };
  return { metrics, count: countEvents(metrics), scrape };
}

const check = (name: string, result: CheckResult) => ({ name, result });
const blocked = outgoing(
  'DecisionMade',
  DecisionMade.fromPartial({
    runbook,
    mode: Mode.BLOCKED,
    checks: [
      check('confidence', CheckResult.PASS),
      check('rate', CheckResult.REFUSE),
      check('cooldown', CheckResult.PASS),
      check('circuit', CheckResult.NOT_REACHED),
    ],
  }),
);
const left = outgoing('DecisionMade', DecisionMade.fromPartial({ mode: Mode.MANUAL }));

it('counts decisions and what the guardrails answered, whoever says them', async () => {
  const { count, scrape } = scraped();
  const { IncidentReported: report } = countedHandlers({ IncidentReported: () => [blocked, left] }, count);
  expect(await report?.({} as never, {} as never)).toEqual([blocked, left]);
  const text = await scrape();
  expect(text).toContain('belay_decisions_total{runbook="restart-pod",mode="blocked"} 1\n');
  expect(text).toContain('belay_decisions_total{runbook="none",mode="manual"} 1\n');
  expect(text).toContain('belay_guardrail_checks_total{guardrail="rate",result="refuse"} 1\n');
  expect(text).toContain('belay_guardrail_checks_total{guardrail="cooldown",result="pass"} 1\n');
  expect(text).not.toMatch(/guardrail="(confidence|circuit)"/);
});

it('counts answers and lapses by their runbook, once they are stored', async () => {
  const { count, scrape } = scraped();
  const made = DecisionMade.fromPartial({ runbook });
  const nothing = { issued: undefined, escalate: '', incident: undefined, asks: undefined, byHand: '' };
  const record = writeDraft({ made, ...nothing, retryUntil: undefined });
  const cases = countedCases(
    {
      advance: async (id: string, step: (current: Case) => unknown) => {
        // A conflict has it done again.
        step({ record } as Case);
        step({ record } as Case);
        return id === 'gone' ? undefined : ({ record } as Case);
      },
    } as unknown as Cases,
    count,
  );
  const say = (event: OutgoingEvent, id = 'dec') => cases.advance(id, (next) => ({ next, events: [event] }));
  const answered = (answer: ApprovalAnswer) =>
    outgoing('ApprovalAnswered', ApprovalAnswered.fromPartial({ answer }));
  await say(answered(ApprovalAnswer.APPROVE));
  await say(answered(ApprovalAnswer.DENY));
  await say(answered(ApprovalAnswer.DENY), 'gone');
  await say(outgoing('ApprovalLapsed', ApprovalLapsed.fromPartial({})));
  const text = await scrape();
  for (const answer of ['approved', 'denied', 'lapsed'])
    expect(text).toContain(`belay_approvals_total{runbook="restart-pod",answer="${answer}"} 1\n`);
});

it('shows how things are at the scrape, and what cannot be known not at all', async () => {
  const { metrics, count, scrape } = scraped();
  count([blocked]);
  count([outgoing('ApprovalLapsed', ApprovalLapsed.fromPartial({}))], 'restart-pod');
  const guardrails = memoryGuardrails();
  let controls: ControlState = noControls;
  let deadlines = [at(30), at(20)];
  const unwatch = watchState({
    metrics,
    guardrails,
    cases: { approvals: async () => deadlines.map((deadline) => ({ request: { deadline } }) as Case) },
    controls: () => controls,
    runbooks: () => [active as unknown as ActiveRunbook],
    clock: new ManualClock(at(3)),
  });
  const early = await scrape();
  expect(early).toContain('belay_guardrail_store_ready 0\n');
  expect(early).not.toContain('belay_circuit_state{');
  expect(early).not.toContain('belay_storm_active{');

  await guardrails.rebuild(async () => {});
  await guardrails.decide({
    decisionId: 'd',
    about: aboutOf(),
    wants: slotWants({ limits: { circuitBreaker: { failures: 1, recoveryMs: 1 } } }),
    record: 'r',
    now: at(0),
  });
  await guardrails.settle({ decisionId: 'd', outcome: 'failed', at: at(1) });
  const set = (key: string, setting: object) => {
    controls = applyControl(controls, ControlSet.fromPartial({ key, setting: setting as never }));
  };
  const killSwitch = (target: string, state: KillSwitchState) =>
    set(`kill-switch/${target || '*'}`, { $case: 'killSwitch', value: { target, state } });
  killSwitch('', KillSwitchState.STOP_NEW);
  killSwitch('prod', KillSwitchState.RELEASED);
  set('freeze/frz-1', { $case: 'freeze', value: { until: at(9) } });
  set('freeze/frz-2', { $case: 'freeze', value: { until: at(2) } });
  const text = await scrape();
  for (const line of [
    'belay_guardrail_store_ready 1',
    'belay_kill_switch_engaged 1',
    'belay_freezes_active 1',
    `belay_approval_next_deadline_timestamp_seconds ${at(20).getTime() / 1_000}`,
    'belay_circuit_state{runbook="restart-pod",state="open"} 1',
    'belay_circuit_state{runbook="restart-pod",state="closed"} 0',
    'belay_storm_active{source=""} 0',
    'belay_runbook_info{runbook="restart-pod",version="3",mode="auto_execute",risk="low"} 1',
  ])
    expect(text).toContain(`${line}\n`);
  for (const { name, help, type } of Object.values(METRICS))
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);

  for (const [i, service] of ['a', 'b'].entries()) {
    const wants = slotWants({ service, workload: service, limits: { storm: { services: 1, percent: 0 } } });
    const about = aboutOf(wants, 'prometheus');
    await guardrails.decide({ decisionId: `s${i}`, about, wants, record: 'r', now: at(2) });
  }
  const inStorm = await scrape();
  for (const source of ['', 'prometheus'])
    expect(inStorm).toContain(`belay_storm_active{source="${source}"} 1\n`);

  deadlines = [];
  expect(await scrape()).not.toMatch(/^belay_approval_next/m);
  unwatch();
  expect(await scrape()).not.toContain('belay_guardrail_store_ready 1');
});
