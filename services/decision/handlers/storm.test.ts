import { beforeEach, describe, expect, it } from 'vitest';
import { ActorKind, CheckResult } from '#gen/belay/v1/common.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { noControls } from '#lib/control/control-state.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import type { Case } from '../domain/cases/case.ts';
import type { Guardrails } from '../ports.ts';
import { decideIncident } from './decide-incident.ts';
import { runIncident } from './runs/run-incident.ts';

const start = new Date('2026-03-03T03:12:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const { runbooks } = await loadRunbookFiles([
  new URL('../../../runbooks/restart-pod.yaml', import.meta.url).pathname,
]);
const many = { global: 100, perTarget: 100, perNamespace: 100, perService: 1 };
const policy = {
  ...{ maxIncidentAgeMs: 600_000, maxAttempts: 5, actWithinMs: 300_000 },
  ...{ concurrency: many, storm: { services: 5, percent: 20 } },
  budget: { global: 0, perTarget: 0 },
};
const unlimited = runbooks.map((runbook) => ({
  ...runbook,
  guardrails: {
    ...runbook.guardrails,
    maxConcurrentActions: 100,
    maxConcurrentActionsPerNamespace: 100,
  },
}));

let guardrails: Guardrails;
let waiting: Case[];
beforeEach(async () => {
  guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  waiting = [];
});

/** One metrics bug marks a workload unhealthy. */
async function report(name: string, seconds: number, change: Partial<typeof policy> = {}) {
  const at = after(seconds);
  const incident = IncidentReported.fromPartial({
    ...{ incidentId: `inc-${name}`, service: name, source: 'metrics' },
    ...{ symptom: 'CrashLoopBackOff', probableCause: 'pod_crash_loop', confidence: 0.95 },
    resource: { target: 'prod', kind: 'pod', namespace: 'production', name: `${name}-1` },
    ...{ startedAt: at, reportedAt: at },
  });
  return decideIncident({ incident, causeId: `evt-${name}`, attempt: 1 }, optionsOf(change), at);
}

const optionsOf = (change: Partial<typeof policy> = {}) => ({
  guardrails,
  cases: { open: async (opened: Case) => void waiting.push(opened) },
  runbooks: () => unlimited,
  controls: () => noControls,
  targets: ['prod'],
  policy: { ...policy, ...change },
});

async function burst(change: Partial<typeof policy> = {}): Promise<OutgoingEvent[]> {
  const events: OutgoingEvent[] = [];
  for (let i = 0; i < 20; i += 1) events.push(...(await report(`s${i}`, i / 2, change)));
  return events;
}

const made = (events: readonly OutgoingEvent[]) =>
  events.flatMap(({ type, data }) => (type === 'DecisionMade' ? [data] : []));
const closed = (events: readonly OutgoingEvent[]) =>
  events.flatMap(({ type, data }) => (type === 'DecisionClosed' ? [data] : []));

describe('one metrics bug that marks every workload unhealthy', () => {
  it('has five of them restarted, and one person paged', async () => {
    const events = await burst();
    expect(events.filter(({ type }) => type === 'Order')).toHaveLength(5);
    const told = made(events).map(({ escalate }) => escalate);
    expect(told.filter(Boolean)).toEqual(['page_incident_commander']);
    expect(told.indexOf('page_incident_commander')).toBe(5);
    expect(closed(events).map(({ escalate }) => escalate)).toEqual(Array(15).fill(''));
  });

  it('says so to whoever owns a service', async () => {
    const sixth = made(await burst())[5];
    expect(sixth).toMatchObject({ code: 'storm', source: 'metrics', storm: { ofSource: 3, inAll: 3 } });
    expect(sixth?.summary).toMatch(
      /^restart-pod was not run: 6 services were to be acted on within 60 s, more than 5, .*Nothing changed\.$/,
    );
  });

  it('leaves what is still young enough to be looked at again, each at its turn', async () => {
    const events = await burst({ maxIncidentAgeMs: 3_600_000 });
    const turns = made(events).flatMap(({ retryAt }) => retryAt?.getTime() ?? []);
    expect(turns).toHaveLength(15);
    expect(new Set(turns).size).toBe(15);
    expect(Math.min(...turns)).toBeGreaterThanOrEqual(after(600).getTime());
    expect(waiting.map(({ dueAt }) => dueAt?.getTime())).toEqual(turns);
    // Told at once, though it is not over.
    expect(made(events)[5]).toMatchObject({ escalate: 'page_incident_commander' });
    expect(closed(events)).toEqual([]);
  });

  it('says the same on a redelivery, and counts nothing twice', async () => {
    const first = await burst();
    expect(await burst()).toEqual(first);
  });

  it('is told for itself again when it comes back after its end', async () => {
    await burst();
    const events: OutgoingEvent[] = [];
    for (let i = 0; i < 8; i += 1) events.push(...(await report(`again${i}`, 1_200 + i)));
    expect(made(events).filter(({ escalate }) => escalate !== '')).toHaveLength(1);
  });
});

describe('what a person runs while it stands', () => {
  const run = async (name: string, kind: ActorKind, by: 'person' | 'schedule' = 'person') => {
    const at = after(60);
    const resource = { target: 'prod', kind: 'pod', namespace: 'production', name: `${name}-1`, uid: '' };
    const reportedBy = { kind, name: 'maria' };
    const incident = runIncident({
      ...{ parts: [name], service: name, resource, parameters: {} },
      ...{ reason: 'the reports are right', by: reportedBy, at },
    });
    const [runbook] = unlimited;
    if (!runbook) throw new Error('no runbook');
    const asked = { runbook, by, words: 'asked for by maria', dryRun: false };
    const considered = { incident, causeId: name, attempt: 1, run: { asked, parameters: {} } };
    return decideIncident(considered, optionsOf(), at);
  };

  it('is ordered, and its trace says that a storm stands', async () => {
    await burst();
    const events = await run('web', ActorKind.HUMAN);
    expect(events.map(({ type }) => type)).toEqual(['DecisionMade', 'OrderIssued', 'Order']);
    expect(made(events)[0]).toMatchObject({ storm: undefined, escalate: '' });
    expect(made(events)[0]?.checks.find(({ name }) => name === 'storm')).toMatchObject({
      result: CheckResult.PASS,
      observed: expect.stringContaining('a storm stands'),
      limit: expect.stringContaining('a person asked for this'),
    });
  });

  it.each([
    ['a program asks for', ActorKind.SERVICE_ACCOUNT, 'person'],
    ['its schedule asks for', ActorKind.ENGINE, 'schedule'],
  ] as const)('is refused where %s it, and says what to do instead', async (_who, kind, by) => {
    await burst();
    const [decision] = made(await run('web', kind, by));
    expect(decision).toMatchObject({ code: 'storm' });
    expect(decision?.summary).toContain(
      'runs it by hand (belay runbook run restart-pod --resource ...). Nothing changed.',
    );
  });
});
