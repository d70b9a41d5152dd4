import { defaultPolicy } from '../../../test/support/default-policy.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { ActorKind } from '#gen/belay/v1/common.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { ManualClock } from '#lib/clock.ts';
import { runbookDisabledKey } from '#lib/control/control-key.ts';
import { applyControl, noControls } from '#lib/control/control-state.ts';
import { eventId, type OutgoingEvent } from '#lib/events/event.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { aboutOf, slotWants } from '../../../test/support/slot-wants.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import type { Case } from '../domain/cases/case.ts';
import { stepOf } from '../handlers/case-events.ts';
import { type Considered, decideIncident } from '../handlers/decide-incident.ts';
import { incidentResolvedHandler } from '../handlers/incident-resolved.ts';
import type { Cases, CaseStep, Guardrails } from '../ports.ts';
import { type CaseDriver, driveCase } from './drive-case.ts';

const start = new Date('2026-03-03T03:12:00Z');
const { runbooks } = await loadRunbookFiles([
  new URL('../../../runbooks/restart-pod.yaml', import.meta.url).pathname,
]);
const asking = runbooks.map((runbook) => ({ ...runbook, decisionMode: 'approval_required' as const }));
const incident = (name: string) =>
  IncidentReported.fromPartial({
    incidentId: `inc-${name}`,
    service: name,
    symptom: 'CrashLoopBackOff',
    probableCause: 'pod_crash_loop',
    confidence: 0.95,
    resource: { target: 'prod', kind: 'pod', namespace: 'production', name: `${name}-1` },
    startedAt: start,
    reportedAt: start,
  });
const disabled = ControlSet.fromPartial({
  key: runbookDisabledKey('restart-pod'),
  reason: 'it made things worse',
  setting: { $case: 'runbookDisabled', value: { runbook: 'restart-pod' } },
});

let guardrails: Guardrails;
let clock: ManualClock;
let cases: Map<string, Case>;
let published: OutgoingEvent[];
let said: OutgoingEvent[];
/** The process ends behind what it publishes. */
let dies: boolean;
let resolved: boolean;
let cancelled: Set<string>;

beforeEach(async () => {
  guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  clock = new ManualClock(start);
  [cases, published, said, dies, resolved] = [new Map(), [], [], false, false];
  cancelled = new Set();
});

const store = {
  open: async (opened: Case) => void cases.set(opened.decisionId, opened),
  advance: async (id: string, step: (current: Case) => CaseStep) => {
    if (dies && published.length > 0) throw new Error('the process ends here');
    const current = cases.get(id);
    if (!current) return undefined;
    const { next, events } = step(current);
    cases.set(id, next);
    said.push(...events);
    return next;
  },
  isResolved: async () => resolved,
  isCancelled: async (id: string) => cancelled.has(id),
  cancelled: async (id: string) => void cancelled.add(id),
} as unknown as Cases;

const driver = (change: Partial<CaseDriver> = {}): CaseDriver => ({
  guardrails,
  cases: store,
  runbooks: () => asking,
  controls: () => noControls,
  targets: ['prod'],
  policy: defaultPolicy,
  clock,
  publish: async (events) => void published.push(...events),
  readToEnd: async () => true,
  ...change,
});

/** As whoever runs it by hand has it considered. */
function runOf(name: string, kind: ActorKind): Partial<Considered> {
  const runbook = asking[0] as Runbook;
  const asked = { runbook, by: 'person', words: 'asked for by maria', dryRun: false } as const;
  const reportedBy = { kind, name: 'maria' };
  return { incident: { ...incident(name), reportedBy }, run: { asked, parameters: {} } };
}

async function decided(
  name: string,
  change: Partial<CaseDriver> = {},
  run: Partial<Considered> = {},
): Promise<Case> {
  const considered = { incident: incident(name), causeId: `evt-${name}`, attempt: 1, ...run };
  await decideIncident(considered, driver(change), clock.now());
  return caseOf(name);
}

function caseOf(name: string): Case {
  const found = [...cases.values()].findLast(({ incidentId }) => incidentId === `inc-${name}`);
  if (!found) throw new Error(`nothing waits for ${name}`);
  return found;
}

async function approved(name: string, run: Partial<Considered> = {}): Promise<Case> {
  const { decisionId } = await decided(name, {}, run);
  const planned = { hash: 'sha256:p1', risk: 'low', refusal: '', record: '{}' } as const;
  await store.advance(decisionId, stepOf({ type: 'planned', planned }, clock.now()));
  const answer = { by: 'maria', answer: 'approve', reason: '', at: clock.now() } as const;
  await store.advance(decisionId, stepOf({ type: 'answered', answer }, clock.now()));
  return caseOf(name);
}

const typesOf = (events: readonly OutgoingEvent[]) => events.map(({ type }) => type);
const orderIn = (events: readonly OutgoingEvent[]) => events.find((event) => event.type === 'Order')?.data;

describe('a grant', () => {
  it('whose slot was withdrawn meanwhile orders nothing, and people hear so', async () => {
    const waiting = await approved('web');
    const dies = driver({ publish: () => Promise.reject(new Error('the log is away')) });
    await expect(driveCase(waiting, dies)).rejects.toThrow('away');
    await guardrails.withdraw({ decisionId: waiting.decisionId, unaskedSince: clock.now() });
    await driveCase(caseOf('web'), driver());
    expect(published).toEqual([]);
    expect(caseOf('web').ending).toMatchObject({
      as: 'blocked',
      reason: expect.stringContaining('never ordered'),
    });
    expect(said.at(-1)?.data).toMatchObject({ escalate: 'page_service_owner' });
  });

  it('orders the plan that was approved, for a time from its grant on', async () => {
    const waiting = await approved('web');
    await driveCase(waiting, driver());
    expect(typesOf(published)).toEqual(['OrderIssued', 'Order']);
    expect(orderIn(published)).toMatchObject({
      approvedPlanHash: 'sha256:p1',
      actBefore: new Date(start.getTime() + 300_000),
    });
    expect(caseOf('web').ending?.as).toBe('ordered');
  });

  it('that a process did not live to note is the same order again, and one slot', async () => {
    const waiting = await approved('web');
    dies = true;
    await expect(driveCase(waiting, driver())).rejects.toThrow('ends here');
    dies = false;
    await clock.advance(60_000);
    await driveCase(caseOf('web'), driver());
    const ids = published.map(({ type, data }) => eventId(type, data));
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    expect(published.slice(2)).toEqual(published.slice(0, 2));
    const { decisionId } = waiting;
    await guardrails.settle({ decisionId, outcome: 'none', at: clock.now() });
    expect((await decided('web-again')).state).toBe('planning');
  });

  it('is refused by a guardrail that says no by now, and people are told', async () => {
    const first = await approved('web');
    const second = await approved('cart');
    const one = {
      ...driver().policy,
      concurrency: { global: 1, perTarget: 1, perNamespace: 1, perService: 1 },
    };
    const lately = await decided('late', { policy: one });
    await driveCase(first, driver());
    published = [];
    await driveCase({ ...second, record: lately.record, decisionId: second.decisionId }, driver());
    expect(published).toEqual([]);
    expect(caseOf('cart').ending).toMatchObject({ as: 'blocked' });
    expect(typesOf(said).at(-1)).toBe('DecisionClosed');
  });

  it('that may have taken a slot is carried through, whatever happens meanwhile', async () => {
    const waiting = await approved('web');
    const away = async () => {
      throw new Error('the bus is away');
    };
    await expect(driveCase(waiting, driver({ publish: away }))).rejects.toThrow('away');
    await store.advance(waiting.decisionId, stepOf({ type: 'resolved' }, clock.now()));
    expect(caseOf('web')).toMatchObject({ state: 'granting', isTaking: true });
    await clock.advance(15_000);
    await driveCase(caseOf('web'), driver({ controls: () => applyControl(noControls, engaged) }));
    // The executor heeds the switch; what it gives up is settled, and the slot with it.
    expect(typesOf(published)).toEqual(['OrderIssued', 'Order']);
    expect(caseOf('web').ending?.as).toBe('ordered');
  });

  it('of an incident that ended meanwhile is called back behind its order, as whoever ended it would', async () => {
    const waiting = await approved('web');
    resolved = true;
    await driveCase(waiting, driver());
    expect(typesOf(published)).toEqual(['OrderIssued', 'Order', 'OrderIssued', 'Order']);
    const [order, cancel] = published.flatMap((event) => (event.type === 'Order' ? [event.data] : []));
    expect(cancel).toMatchObject({
      phase: OrderPhase.CANCEL,
      ofActionId: order?.actionId,
      lockKey: order?.lockKey,
      reason: 'the incident ended',
    });
    const handler = incidentResolvedHandler({
      guardrails,
      cases: { ...store, resolved: async () => {} },
      actWithinMs: 300_000,
    });
    const data = { incidentId: 'inc-web', resolvedAt: clock.now() };
    expect(await handler({ data } as never, { now: clock.now() } as never)).toEqual(published.slice(2));
  });

  describe('while a storm stands', () => {
    const storm = { services: 5, percent: 20 };
    const stormy = async () => {
      for (let i = 0; i < 6; i += 1) {
        const place = { runbook: 'other', target: 'far', service: `s${i}`, workload: `s${i}` };
        const wants = slotWants({ ...place, limits: { storm } });
        const about = aboutOf(wants, 'metrics');
        await guardrails.decide({ decisionId: `dec-s${i}`, about, wants, record: 'r', now: clock.now() });
      }
    };

    it('of what a person ran is ordered, with the storm in its checks', async () => {
      const waiting = await approved('web', runOf('web', ActorKind.HUMAN));
      await stormy();
      await driveCase(waiting, driver());
      expect(typesOf(published)).toEqual(['OrderIssued', 'Order']);
      const issued = published.find((event) => event.type === 'OrderIssued')?.data;
      expect(issued?.checks.find(({ name }) => name === 'storm')).toMatchObject({
        limit: '5, 5; a person asked for this',
      });
    });

    it.each([
      ['was reported', undefined],
      ['a program ran', runOf('web', ActorKind.SERVICE_ACCOUNT)],
    ])('of what %s is refused, and says what to do instead', async (_what, run) => {
      const waiting = await approved('web', run);
      await stormy();
      await driveCase(waiting, driver());
      expect(published).toEqual([]);
      expect(caseOf('web').ending).toMatchObject({
        as: 'blocked',
        reason: expect.stringContaining('runs it by hand (belay runbook run restart-pod --resource ...)'),
      });
    });
  });

  it('is none for a yes that is too old, or for a runbook that is not active any more', async () => {
    const late = await approved('web');
    await clock.advance(300_001);
    await driveCase(late, driver());
    expect(caseOf('web').ending).toMatchObject({ as: 'blocked', reason: expect.stringContaining('too old') });
    const retired = await approved('cart');
    await driveCase(retired, driver({ runbooks: () => [] }));
    expect(caseOf('cart').ending?.reason).toContain('restart-pod is not active any more');
    expect(published).toEqual([]);
  });

  it('is none for a runbook that was disabled since people were asked', async () => {
    const waiting = await approved('web');
    await driveCase(waiting, driver({ controls: () => applyControl(noControls, disabled) }));
    expect(published).toEqual([]);
    expect(caseOf('web').ending).toMatchObject({
      as: 'blocked',
      reason: expect.stringContaining('it made things worse'),
    });
  });
});

describe('what was refused for the moment', () => {
  const stopped = { controls: () => applyControl(noControls, engaged), runbooks: () => runbooks };

  it('is decided again, as everything is then, with an attempt more', async () => {
    const waiting = await decided('web', stopped);
    expect(waiting).toMatchObject({ state: 'retrying', dueAt: new Date(start.getTime() + 30_000) });
    await clock.advance(30_000);
    await driveCase(waiting, driver({ runbooks: () => runbooks }));
    expect(typesOf(published)).toEqual(['DecisionMade', 'OrderIssued', 'Order']);
    expect(published[0]?.data).toMatchObject({ attempt: 2, code: 'executing' });
    expect(cases.get(waiting.decisionId)?.ending?.as).toBe('decided_again');
  });

  it('is the same decision where a process did not live to note it', async () => {
    const waiting = await decided('web', stopped);
    await clock.advance(30_000);
    dies = true;
    await expect(driveCase(waiting, driver({ runbooks: () => runbooks }))).rejects.toThrow('ends here');
    dies = false;
    await clock.advance(30_000);
    await driveCase(cases.get(waiting.decisionId) ?? waiting, driver({ runbooks: () => runbooks }));
    expect(published.slice(3)).toEqual(published.slice(0, 3));
  });

  it('that may have taken a slot is said, also when the incident ends meanwhile', async () => {
    const waiting = await decided('web', stopped);
    await clock.advance(30_000);
    const away = async () => {
      throw new Error('the bus is away');
    };
    const again = driver({ runbooks: () => runbooks });
    await expect(driveCase(waiting, { ...again, publish: away })).rejects.toThrow('away');
    resolved = true;
    await store.advance(waiting.decisionId, stepOf({ type: 'resolved' }, clock.now()));
    await driveCase(cases.get(waiting.decisionId) ?? waiting, again);
    // And called back: whoever ended the incident may have looked before there was a slot.
    expect(typesOf(published)).toEqual(['DecisionMade', 'OrderIssued', 'Order', 'OrderIssued', 'Order']);
    expect(published[4]?.data).toMatchObject({ phase: OrderPhase.CANCEL });
  });

  it('is dropped with an incident that ended while the guardrails could not be asked', async () => {
    const waiting = await decided('web', stopped);
    await clock.advance(30_000);
    const away = { ...guardrails, decide: () => Promise.reject(new Error('the store is away')) };
    const again = driver({ runbooks: () => runbooks });
    await expect(driveCase(waiting, { ...again, guardrails: away })).rejects.toThrow('away');
    resolved = true;
    await driveCase(caseOf('web'), again);
    expect(published).toEqual([]);
    expect(caseOf('web').ending?.as).toBe('resolved');
  });

  it('is dropped where a person cancelled it', async () => {
    const waiting = await decided('web', stopped);
    cancelled.add(waiting.decisionId);
    await driveCase(waiting, driver({ runbooks: () => runbooks }));
    expect(published).toEqual([]);
    expect(caseOf('web').ending?.as).toBe('cancelled');
  });

  it('is called back where a person cancels it while it is decided again, and is not tried once more', async () => {
    const waiting = await decided('web', stopped);
    await clock.advance(30_000);
    const publish = async (events: readonly OutgoingEvent[]) => {
      published.push(...events);
      cancelled.add(waiting.decisionId);
    };
    await driveCase(waiting, driver({ runbooks: () => runbooks, publish }));
    expect(typesOf(published)).toEqual(['DecisionMade', 'OrderIssued', 'Order', 'OrderIssued', 'Order']);
    const [order, cancel] = published.flatMap((event) => (event.type === 'Order' ? [event.data] : []));
    expect(cancel).toMatchObject({ phase: OrderPhase.CANCEL, ofActionId: order?.actionId });
    // Its settlement finds the note.
    expect(cancelled).toContain(order?.decisionId);
    expect(cases.get(waiting.decisionId)?.ending?.as).toBe('decided_again');
  });

  it('ends where it is refused again for the moment while a person cancels it', async () => {
    const waiting = await decided('web', stopped);
    await clock.advance(30_000);
    const publish = async (events: readonly OutgoingEvent[]) => {
      published.push(...events);
      cancelled.add(waiting.decisionId);
    };
    await driveCase(waiting, driver({ ...stopped, publish }));
    const again = caseOf('web');
    expect(again.decisionId).not.toBe(waiting.decisionId);
    expect(again.ending?.as).toBe('cancelled');
  });

  it('asks nobody where it needs people by now and a person cancels it while it is decided again', async () => {
    const waiting = await decided('web', stopped);
    await clock.advance(30_000);
    const publish = async (events: readonly OutgoingEvent[]) => {
      published.push(...events);
      cancelled.add(waiting.decisionId);
    };
    await driveCase(waiting, driver({ publish }));
    const { decisionId } = caseOf('web');
    expect(decisionId).not.toBe(waiting.decisionId);
    const planned = { hash: 'sha256:p1', risk: 'low', refusal: '', record: '{}' } as const;
    await store.advance(decisionId, stepOf({ type: 'planned', planned }, clock.now()));
    expect(typesOf(said)).not.toContain('ApprovalRequested');
    expect(caseOf('web').ending?.as).toBe('cancelled');
  });

  it('is dropped with its incident', async () => {
    const waiting = await decided('web', stopped);
    resolved = true;
    await driveCase(waiting, driver());
    expect(published).toEqual([]);
    expect(caseOf('web').ending?.as).toBe('resolved');
  });
});

const engaged = ControlSet.fromPartial({
  key: 'kill-switch/*',
  reason: 'drill',
  setting: { $case: 'killSwitch', value: { state: 2 } },
});
