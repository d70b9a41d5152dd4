import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mode } from '#gen/belay/v1/common.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { openEngine } from '../play/engine.ts';
import { DEFAULT_POLICY } from '../play/policy.ts';
import {
  lessCertain,
  record,
  type Reported,
  shipped,
  START,
  withRestartPod,
} from '../../test/support/record-incidents.ts';
import { historyOf } from './history.ts';
import type { RecordedEvent } from './recorded-event.ts';
import { replay } from './replay.ts';
import { type Simulation, simulationOf } from './simulation.ts';

interface Settings {
  readonly runbooks?: readonly Runbook[];
  readonly sinceMinute?: number;
  readonly policy?: typeof DEFAULT_POLICY;
}

async function simulate(events: readonly RecordedEvent[], settings: Settings = {}): Promise<Simulation> {
  const { runbooks = shipped, sinceMinute = 0, policy = DEFAULT_POLICY } = settings;
  const since = new Date(START.getTime() + sinceMinute * 60_000);
  const history = historyOf(events, since);
  const { past, resets } = history;
  const engine = await openEngine({ runbooks, policy, past, resets, since });
  return simulationOf(await replay(history, engine, since));
}

const shown = ({ incidents }: Simulation) =>
  incidents.map(
    ({ externalId, recorded, simulated }) => `${externalId} ${recorded.code} -> ${simulated.code}`,
  );

/** As if people had been asked about the first incident, and had said yes at that minute. */
function approvedAt(event: RecordedEvent, minute: number): RecordedEvent {
  if (event.type === 'ControlSet' || event.data.incidentId !== 'inc-0') return event;
  if (event.type === 'DecisionMade')
    return { ...event, data: { ...event.data, mode: Mode.APPROVAL_REQUIRED, code: 'approval_required' } };
  if (event.type !== 'OrderIssued') return event;
  return { ...event, data: { ...event.data, issuedAt: new Date(START.getTime() + minute * 60_000) } };
}

/** As if nobody had reported it, and somebody had run it. */
function ranByHand(event: RecordedEvent): RecordedEvent {
  const names = ['incidentId', 'decisionId', 'actionId'] as const;
  const data = event.data as Partial<Record<(typeof names)[number], string>>;
  const ids = Object.fromEntries(names.map((name) => [name, `run-${data[name]}`]));
  return { ...event, data: { ...event.data, ...ids, storm: undefined } } as unknown as RecordedEvent;
}

describe('a replay', () => {
  it('resets the breakers that people reset, before it begins and on its way', async () => {
    const failing = [0, 1, 2].map(
      (minute): Reported => ({ minute, service: `svc-${minute}`, ends: 'failed' }),
    );
    const events = await record([...failing, { minute: 4, breakerReset: true }, { minute: 30 }]);
    for (const sinceMinute of [0, 4])
      expect(shown(await simulate(events, { sinceMinute }))).toContain('INC3 executing -> executing');
    expect(shown(await simulate(events, { sinceMinute: 5 }))).toEqual(['INC4 executing -> executing']);
  });

  it('decides as it was decided, with the same runbooks, wherever it begins and however events come', async () => {
    const reported = fc.record<Reported>({
      minute: fc.nat({ max: 240 }),
      service: fc.constantFrom('web', 'api-server', 'worker'),
      cause: fc.constantFrom('pod_crash_loop', 'pod_crash_loop', 'high_cpu', 'nobody_knows'),
      confidence: fc.constantFrom(0.95, 0.95, 0.6),
      ends: fc.constantFrom('verified', 'verified', 'failed', 'aborted', 'unknown', 'open'),
      afterSeconds: fc.integer({ min: 1, max: 900 }),
      killSwitch: fc.constantFrom(false, false, false, true),
      freeze: fc.constantFrom(false, false, false, true),
    });
    let automatic = 0;
    const minutes = { selector: ({ minute }: Reported) => minute };
    const stories = fc.uniqueArray(reported, { ...minutes, maxLength: 25, size: 'max' });
    await fc.assert(
      fc.asyncProperty(stories, fc.nat({ max: 240 }), fc.nat(), async (story, sinceMinute, turn) => {
        const events = await record(story);
        // As audit pages them: newest first, some twice, cut at any place.
        const at = events.length === 0 ? 0 : turn % events.length;
        const shuffled = [...events.slice(at), ...events.slice(0, at), ...events.slice(at)].toReversed();
        const { totals, incidents } = await simulate(shuffled, { sinceMinute });
        expect(totals).toMatchObject({ changed: 0, newAutomatic: 0, noLongerAutomatic: 0, other: 0 });
        const expected = story.filter(({ minute }) => minute >= sinceMinute);
        expect(totals.incidents + totals.stopped).toBe(expected.length);
        automatic += incidents.filter(({ recorded }) => recorded.isAutomatic).length;
      }),
      { numRuns: 300, seed: 20_260_303 },
    );
    // Histories in which nothing is done would prove nothing.
    expect(automatic).toBeGreaterThan(200);
  });

  it('knows which of two at the same moment was refused for the other', async () => {
    const events = await record([{ minute: 0 }, { minute: 0 }]);
    for (const order of [events, events.toReversed()])
      expect(shown(await simulate(order))).toEqual([
        'INC0 executing -> executing',
        'INC1 cooling_down -> cooling_down',
      ]);
  });

  it('says which incidents a lower confidence makes automatic, and why', async () => {
    const events = await record([{ minute: 0 }, { minute: 30, confidence: 0.6 }]);
    const { incidents, totals, runbooks } = await simulate(events, { runbooks: lessCertain });
    expect(totals).toEqual({
      ...{ incidents: 2, changed: 1, newAutomatic: 1, noLongerAutomatic: 0, other: 0, stopped: 0 },
    });
    expect(incidents[1]).toMatchObject({
      change: 'new_automatic',
      recorded: { mode: 'suggest', code: 'low_confidence' },
      simulated: { mode: 'auto_execute', code: 'executing' },
      why: 'confidence passes now: 0.60 (limit >= 0.50, was >= 0.80)',
      settledBy: 'assumed',
    });
    expect(runbooks).toEqual([
      {
        runbook: 'restart-pod',
        recorded: { incidents: 2, automatic: 1 },
        simulated: { incidents: 2, automatic: 2 },
      },
    ]);
  });

  it('lets what is new count against what comes after it', async () => {
    // Acted on at 0 by the changed runbook, restart-pod rests until 6, so that the one at 4 is refused.
    const events = await record([{ minute: 0, confidence: 0.6 }, { minute: 4 }]);
    const simulation = await simulate(events, { runbooks: lessCertain });
    expect(shown(simulation)).toEqual(['INC0 low_confidence -> executing', 'INC1 executing -> cooling_down']);
    expect(simulation.incidents[1]).toMatchObject({ change: 'no_longer_automatic' });
    expect(simulation.incidents[1]?.why).toMatch(/^cooldown refuses: its last run for api-server ended/);
  });

  it('ends actions as they ended: a circuit that opened then opens now', async () => {
    const failing = [0, 10, 20].map(
      (minute): Reported => ({ minute, ends: 'failed', service: `s${minute}` }),
    );
    const events = await record([...failing, { minute: 22 }]);
    const tolerant = withRestartPod((runbook) => ({
      ...runbook,
      guardrails: { ...runbook.guardrails, circuitBreaker: { failures: 4, recoverySeconds: 300 } },
    }));
    expect(shown(await simulate(events)).at(-1)).toBe('INC3 circuit_open -> circuit_open');
    const changed = await simulate(events, { runbooks: tolerant });
    expect(shown(changed).at(-1)).toBe('INC3 circuit_open -> executing');
    expect(changed.incidents.at(-1)?.why).toBe(
      'circuit passes now: CLOSED, 3 failures (limit opens at 4, was opens at 3)',
    );
  });

  it.each([
    ['kill_switch', { killSwitch: true }],
    ['freeze', { freeze: true }],
  ])('counts apart what people stopped by %s, and lets nothing follow from it', async (code, stopped) => {
    const events = await record([{ minute: 0, ...stopped }, { minute: 1 }]);
    const { incidents, totals } = await simulate(events);
    expect(totals).toMatchObject({ incidents: 1, changed: 0, stopped: 1 });
    expect(incidents[0]).toMatchObject({
      wasStopped: true,
      recorded: { code },
      simulated: { code: 'executing' },
    });
  });

  it('counts what people ran by hand towards no storm, as it was then', async () => {
    const services = ['a', 'b', 'c', 'd', 'e'];
    const soon = { ends: 'verified', afterSeconds: 1 } as const;
    const runs = await record(services.map((service, i) => ({ minute: i / 10, service, ...soon })));
    const byHand = runs.filter(({ type }) => type !== 'IncidentReported').map(ranByHand);
    const events = [...byHand, ...(await record([{ minute: 0.6, service: 'web' }]))];
    expect(shown(await simulate(events))).toEqual(['INC0 executing -> executing']);
  });

  it('takes a policy, and says what it refuses', async () => {
    const events = await record([
      { minute: 0, ends: 'open' },
      { minute: 1, service: 'web', ends: 'open' },
    ]);
    const concurrency = { ...DEFAULT_POLICY.concurrency, perTarget: 1 };
    const { incidents } = await simulate(events, { policy: { ...DEFAULT_POLICY, concurrency } });
    expect(incidents[1]?.simulated).toMatchObject({ mode: 'blocked', code: 'too_many_actions' });
  });

  it('says that a runbook which is gone decides nothing', async () => {
    const events = await record([{ minute: 0 }]);
    const runbooks = shipped.filter(({ name }) => name === 'scale-up');
    expect((await simulate(events, { runbooks })).incidents[0]).toMatchObject({
      change: 'no_longer_automatic',
      simulated: { runbook: '', code: 'no_runbook' },
    });
  });

  it('shows what makes people decide', async () => {
    const runbooks = withRestartPod((runbook) => ({ ...runbook, risk: 'medium' }));
    const { incidents } = await simulate(await record([{ minute: 0 }]), { runbooks });
    expect(incidents[0]).toMatchObject({
      change: 'no_longer_automatic',
      simulated: { mode: 'approval_required' },
      why: 'risk: medium, declared medium; automatic up to low; the runbook allows auto_execute (was low, declared low; automatic up to low; the runbook allows auto_execute)',
    });
  });

  it('lets what people approved then count, if they are asked now as well', async () => {
    const asking = withRestartPod((runbook) => ({ ...runbook, decisionMode: 'approval_required' }));
    const other = shipped
      .filter(({ name }) => name === 'restart-pod')
      .map((runbook) => ({
        ...runbook,
        name: 'restart-hung',
        triggers: { ...runbook.triggers, probableCauses: ['hung'] },
      }));
    const events = await record(
      [
        { minute: 0, afterSeconds: 1_200 },
        { minute: 10, cause: 'hung' },
      ],
      [...shipped, ...other],
    );
    const approved = events.map((event) => approvedAt(event, 5));
    const last = async (runbooks: readonly Runbook[]) =>
      shown(await simulate(approved, { runbooks: [...runbooks, ...other] })).at(-1);
    expect(await last(asking)).toBe('INC1 too_many_actions -> too_many_actions');
    const suggesting = withRestartPod((runbook) => ({ ...runbook, decisionMode: 'suggest' }));
    expect(await last(suggesting)).toBe('INC1 too_many_actions -> executing');
  });

  it('compares what a runbook in observe would have done', async () => {
    const observing = (runbooks: readonly Runbook[]) =>
      runbooks.map((runbook) => ({ ...runbook, decisionMode: 'observe' as const }));
    const events = await record([{ minute: 0, confidence: 0.6 }], observing(shipped));
    expect((await simulate(events, { runbooks: observing(shipped) })).totals.changed).toBe(0);
    const { incidents } = await simulate(events, { runbooks: observing(lessCertain) });
    expect(incidents[0]).toMatchObject({
      change: 'other',
      recorded: { mode: 'observe', wouldHave: 'suggest' },
      simulated: { mode: 'observe', wouldHave: 'auto_execute' },
    });
  });
});
