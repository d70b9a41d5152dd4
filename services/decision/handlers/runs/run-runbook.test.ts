import { defaultPolicy } from '../../../../test/support/default-policy.ts';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { CheckResult, Mode } from '#gen/belay/v1/common.ts';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { RunRunbookRequest } from '#gen/belay/v1/runbook_service.ts';
import { ManualClock } from '#lib/clock.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import { applyControl, type ControlState, noControls } from '#lib/control/control-state.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { eventId, type OutgoingEvent } from '#lib/events/event.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { memoryGuardrails } from '../../adapters/memory-guardrails.ts';
import type { Case } from '../../domain/cases/case.ts';
import type { CaseEvent } from '../../domain/cases/next-case.ts';
import type { SlotOutcome } from '../../domain/guardrails/breaker.ts';
import { refusalOf } from '../../domain/cases/refusal-of.ts';
import type { Guardrails, VersionRecord } from '../../ports.ts';
import { stepOf } from '../case-events.ts';
import { versionReader } from '../registry/version-reader.ts';
import { runbookSchemas } from '../registry/runbook-service.ts';
import { type RunOptions, runRunbook } from './run-runbook.ts';

const now = new Date('2026-03-03T03:12:00Z');
const text = (name: string) =>
  readFileSync(new URL(`../../../../runbooks/${name}.yaml`, import.meta.url), 'utf8');
const record = (name: string, change: Partial<VersionRecord> = {}): VersionRecord => ({
  name,
  version: 1,
  digest: `sha256:${name}`,
  source: text(name),
  status: 'active',
  mode: 'auto_execute',
  who: { kind: 'human', name: 'ops' },
  reason: 'reviewed',
  at: now,
  ...change,
});

let clock: ManualClock;
let guardrails: Guardrails;
let controls: ControlState;
let opened: Case[];
let published: OutgoingEvent[];
let versions: readonly VersionRecord[];
let used: Map<string, { readonly content: string; readonly at: Date }>;

beforeEach(async () => {
  clock = new ManualClock(now);
  guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  controls = { ...noControls, heartbeatAt: now };
  [opened, published] = [[], []];
  used = new Map();
  versions = [record('restart-pod')];
});

const read = versionReader();
const options = (): RunOptions => ({
  registry: { versions: async (name) => versions.filter((one) => one.name === name) },
  read,
  guardrails,
  cases: {
    open: async (one) =>
      void (opened.some(({ decisionId }) => decisionId === one.decisionId) || opened.push(one)),
    get: async (decisionId) => opened.find((one) => one.decisionId === decisionId),
  },
  requests: {
    // As the rows do it.
    use: async (id, content, at) => {
      const known = used.get(id);
      const first = known && at.getTime() - known.at.getTime() < 86_400_000 ? known : { content, at };
      used.set(id, first);
      return { firstUsedAt: first.at, isSame: first.content === content };
    },
  },
  runbooks: () => [],
  controls: () => controls,
  targets: ['prod'],
  policy: defaultPolicy,
  publish: async (events) => {
    for (const event of events) encodeEvent(event, 'belay/decision');
    published.push(...events);
  },
});

const callOf = (name: string) =>
  ({
    actor: { kind: 'human', name, roles: ['responder'], groups: [] },
    requestId: 'c-1',
  }) as unknown as CallContext;
const request = (change: Parameters<typeof RunRunbookRequest.fromPartial>[0] = {}) =>
  RunRunbookRequest.fromPartial({
    name: 'restart-pod',
    resource: { kind: 'pod', namespace: 'production', name: 'web-1' },
    service: 'web',
    reason: 'it hangs',
    requestId: 'r-1',
    ...change,
  });

function run(change: Parameters<typeof request>[0] = {}, by = 'maria') {
  const wanted = request(change);
  const command = {
    name: 'RunbookService/RunRunbook',
    subject: wanted.name,
    reason: wanted.reason,
    at: clock.now(),
  };
  return runRunbook(wanted, command, callOf(by), options());
}

const typesOf = () => published.map(({ type }) => type);
const dataOf = <T extends EventType>(type: T) =>
  published.find((event) => event.type === type)?.data as DataOf<T> | undefined;

describe('a run by hand', () => {
  it('of what may act by itself is ordered at once, with every check, and nobody has reported an incident', async () => {
    const answer = await run();
    expect(answer).toMatchObject({
      runId: expect.stringMatching(/^RUN-[0-9a-f]{10}$/),
      mode: Mode.AUTO_EXECUTE,
      runbook: { name: 'restart-pod', version: 1, digest: 'sha256:restart-pod' },
    });
    expect(typesOf()).toEqual(['DecisionMade', 'OrderIssued', 'Order', 'CommandGiven']);
    const shown = new Map(answer.checks.map((check) => [check.name, check]));
    expect(shown.get('match')?.observed).toBe('by hand');
    expect(shown.get('confidence')).toMatchObject({
      result: CheckResult.PASS,
      observed: 'asked for by maria',
    });
    expect(shown.get('opt-in')?.observed).toBe('read live by the executor');
    expect(dataOf('Order')?.plan).toMatchObject({
      resource: { target: 'prod', kind: 'pod', namespace: 'production', name: 'web-1' },
      scope: { requiredLabels: { 'remediator.kubedojo.io/enabled': 'true' } },
    });
    expect(dataOf('CommandGiven')).toMatchObject({
      subject: answer.incidentId,
      result: 'ok',
      reason: 'it hangs',
    });
  });

  it('takes one slot however often it is asked for, and says the same', async () => {
    const first = await run();
    await clock.advance(3_000);
    const second = await run();
    expect(second).toEqual(first);
    const ids = published
      .filter(({ type }) => type !== 'CommandGiven')
      .map(({ type, data }) => eventId(type, data));
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
    // The cooldown of the first one: that one was counted.
    expect(await run({ requestId: 'r-2' })).toMatchObject({ mode: Mode.BLOCKED });
  });

  it.each<[SlotOutcome]>([['succeeded'], ['unknown'], ['none']])(
    'that is asked for again once it has ended promises nothing any more: %s',
    async (outcome) => {
      const { decisionId, runId, next } = await run();
      expect(next).toContain('It is carried out');
      await guardrails.settle({ decisionId, outcome, at: clock.now() });
      await clock.advance(3_000);
      const again = await run();
      expect(again).toMatchObject({ runId, decisionId });
      expect(again.next).toBe(
        `Asked for before, at 2026-03-03T03:12:00.000Z: it is over. What became of it: belay incident show ${runId}`,
      );
    },
  );

  it('that is asked for again tells what people said meanwhile', async () => {
    versions = [record('restart-pod', { mode: 'approval_required' })];
    const first = await run();
    const planned = { hash: 'p1', risk: 'low', refusal: '', record: '{}' } as const;
    const answer = { by: 'tom', reason: 'not today', at: now } as const;
    const steps: CaseEvent[] = [
      { type: 'planned', planned },
      { type: 'answered', answer: { ...answer, answer: 'deny' } },
    ];
    for (const step of steps) {
      expect((await run()).next).toBe(first.next);
      opened = [stepOf(step, now)(opened[0] as Case).next];
    }
    await clock.advance(3_000);
    const { next } = await run();
    expect(next).toMatch(/^Asked for before, at 2026-03-03T03:12:00.000Z: it was denied at .*: .*not today/);
    expect(next).toContain(`belay incident show ${first.runId}`);
  });

  it('that is asked for again once it was refused says that the answer is of then', async () => {
    await run({ requestId: 'r-0' });
    const first = await run();
    expect(first).toMatchObject({ mode: Mode.BLOCKED, next: expect.stringMatching(/^Nothing more happens/) });
    await clock.advance(3_000);
    const { next, ...again } = await run();
    expect(again).toMatchObject({ runId: first.runId, summary: first.summary });
    expect(next).toBe(
      'Asked for before, at 2026-03-03T03:12:00.000Z: the answer is of then, and nothing came of it. ' +
        `A new request id asks anew. Every check: belay decision why ${first.runId}`,
    );
  });

  it('is another one for another person, and none for another thing', async () => {
    const first = await run();
    await expect(run({ service: 'checkout' })).rejects.toMatchObject({ code: 'REQUEST_ID_USED' });
    await expect(run({ dryRun: true })).rejects.toMatchObject({ code: 'REQUEST_ID_USED' });
    expect((await run({}, 'tom')).runId).not.toBe(first.runId);
  });

  it('is another one a day later: the guardrails forget what they answered, and executors do not', async () => {
    const first = await run();
    await guardrails.settle({ decisionId: first.decisionId, outcome: 'succeeded', at: clock.now() });
    await clock.advance(49 * 3_600_000);
    controls = { ...noControls, heartbeatAt: clock.now() };
    const later = await run();
    expect(later).toMatchObject({ mode: Mode.AUTO_EXECUTE });
    expect(later.decisionId).not.toBe(first.decisionId);
  });

  it('is stopped by the kill switch, with every other check as well, and is not tried again', async () => {
    const setting = { $case: 'killSwitch', value: { state: KillSwitchState.STOP_NEW, target: '' } } as const;
    controls = applyControl(
      controls,
      ControlSet.fromPartial({ key: killSwitchKey(''), setting, reason: 'drill' }),
    );
    const answer = await run();
    expect(answer).toMatchObject({ mode: Mode.BLOCKED, code: 'kill_switch', approvalId: '' });
    expect(answer.summary).toContain('drill');
    expect(answer.checks.length).toBeGreaterThan(10);
    expect(typesOf()).toEqual(['DecisionMade', 'DecisionClosed', 'CommandGiven']);
    expect(dataOf('DecisionMade')?.retryAt).toBeUndefined();
    // Whoever ran it has the answer.
    expect(dataOf('DecisionClosed')?.escalate).toBe('');
    expect(dataOf('CommandGiven')?.result).toBe('kill_switch');
    expect(opened).toEqual([]);
  });

  it.each(['observe', 'manual', 'suggest', 'approval_required'] as const)(
    'of what is active as %s needs a second person',
    async (mode) => {
      versions = [record('restart-pod', { mode })];
      const answer = await run();
      expect(answer).toMatchObject({ mode: Mode.APPROVAL_REQUIRED, code: 'approval_required' });
      expect(answer.next).toContain(answer.approvalId);
      expect(dataOf('Order')?.phase).toBe(OrderPhase.PLAN);
      const planned = { hash: 'p1', risk: 'low', refusal: '', record: '{}' } as const;
      const waiting = stepOf({ type: 'planned', planned }, now)(opened[0] as Case).next;
      const reply = (name: string) => {
        const person = { name, groups: ['platform-team'], isHuman: true };
        return refusalOf(waiting, { person, answer: 'approve', planHash: 'p1' }, now)?.code;
      };
      expect(reply('maria')).toBe('SELF_APPROVAL');
      expect(reply('tom')).toBeUndefined();
    },
  );

  it('of what is declared riskier needs a second person, and is planned with what was given', async () => {
    const source = text('scale-up').replace('risk: low', 'risk: medium');
    versions = [record('scale-up', { source })];
    const resource = { kind: 'deployment', namespace: 'production', name: 'web' };
    await run({ name: 'scale-up', resource, parameters: { addReplicas: '2' } });
    expect(dataOf('DecisionMade')?.mode).toBe(Mode.APPROVAL_REQUIRED);
    expect(dataOf('Order')?.plan?.steps[0]?.arguments['addReplicas']).toEqual({
      kind: { $case: 'number', value: 2 },
    });
  });

  it('is for the kinds of resource that the runbook is for, where an executor is', async () => {
    const service = { kind: 'service', namespace: 'production', name: 'web' };
    expect(await run({ resource: service })).toMatchObject({ code: 'kind_not_allowed', mode: Mode.BLOCKED });
    const elsewhere = { kind: 'pod', namespace: 'production', name: 'web-1', target: 'moon' };
    await expect(run({ resource: elsewhere, requestId: 'r-2' })).rejects.toMatchObject({
      code: 'TARGET_UNKNOWN',
    });
    expect(await run({ resource: undefined, requestId: 'r-3' })).toMatchObject({
      mode: Mode.MANUAL,
      code: 'missing_fact',
      summary: expect.stringContaining('which resource'),
    });
  });

  it('names the parameter that is wrong', async () => {
    await expect(run({ parameters: { addReplicas: '2' } })).rejects.toMatchObject({
      code: 'PARAMETER_UNKNOWN',
      field: 'parameters.addReplicas',
    });
    expect(published).toEqual([]);
  });

  it('is of the active version', async () => {
    await expect(run({ name: 'no-such' })).rejects.toMatchObject({ code: 'RUNBOOK_NOT_FOUND' });
    await expect(run({ version: 2 })).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
    versions = [record('restart-pod', { status: 'draft', mode: undefined })];
    await expect(run()).rejects.toMatchObject({ code: 'NONE_ACTIVE' });
    await expect(run({ version: 1 })).rejects.toMatchObject({ code: 'VERSION_NOT_ACTIVE' });
    versions = [record('restart-pod', { status: 'archived', mode: undefined })];
    await expect(run({ version: 1, dryRun: true })).rejects.toMatchObject({ code: 'VERSION_NOT_ACTIVE' });
  });
});

describe('a dry run', () => {
  it('that is asked for again says that its plan is there', async () => {
    const first = await run({ dryRun: true });
    expect(first.next).toContain('A plan is made');
    const planned = { hash: 'p1', risk: 'low', refusal: '', record: '{}' } as const;
    opened = [stepOf({ type: 'planned', planned }, now)(opened[0] as Case).next];
    const { next } = await run({ dryRun: true });
    expect(next).toBe(
      `Asked for before, at 2026-03-03T03:12:00.000Z: its plan was shown, and nothing was done. See it: belay approval show ${first.approvalId}`,
    );
  });

  it('plans, says what it would have been, takes nothing and asks nobody', async () => {
    versions = [record('restart-pod', { status: 'draft', mode: undefined })];
    const answer = await run({ version: 1, dryRun: true });
    expect(answer).toMatchObject({ mode: Mode.SUGGEST, code: 'dry_run', wouldHave: Mode.AUTO_EXECUTE });
    expect(answer.checks.find(({ name }) => name === 'rate')?.result).toBe(CheckResult.PASS);
    expect(dataOf('Order')?.phase).toBe(OrderPhase.PLAN);
    expect(opened[0]?.asks).toBeUndefined();
    const planned = { hash: 'p1', risk: 'low', refusal: '', record: '{}' } as const;
    const { next } = stepOf({ type: 'planned', planned }, now)(opened[0] as Case);
    expect(next).toMatchObject({ state: 'closed', ending: { as: 'shown' } });
    versions = [record('restart-pod')];
    // It was not counted, and is in nobody's way.
    expect(await run({ requestId: 'r-2' })).toMatchObject({ mode: Mode.AUTO_EXECUTE });
    expect(await run({ requestId: 'r-3', dryRun: true })).toMatchObject({
      mode: Mode.BLOCKED,
      summary: expect.stringMatching(/^Dry run: restart-pod was not run: /),
    });
  });
});

describe('a dry run that is refused says that it was one', () => {
  it('by a control', async () => {
    const setting = { $case: 'killSwitch', value: { state: KillSwitchState.STOP_NEW, target: '' } } as const;
    controls = applyControl(controls, ControlSet.fromPartial({ key: killSwitchKey(''), setting }));
    const { mode, code, summary } = await run({ dryRun: true });
    expect({ mode, code }).toEqual({ mode: Mode.BLOCKED, code: 'kill_switch' });
    expect(summary).toMatch(/^Dry run: restart-pod was not run: .* Nothing changed\.$/);
  });

  it.each([
    ['a resource', undefined],
    ['a namespace', { kind: 'pod', name: 'web-1' }],
  ])('for want of %s', async (_what, resource) => {
    const { mode, code, summary } = await run({ resource, dryRun: true });
    expect({ mode, code }).toEqual({ mode: Mode.MANUAL, code: 'missing_fact' });
    expect(summary).toMatch(/^Dry run: restart-pod was not run: .* Nothing changed\.$/);
  });
});

it.each([
  ['no reason', { reason: ' ' }],
  ['no service', { service: '' }],
  ['a padded service', { service: 'web ' }],
  ['half a resource', { resource: { kind: 'pod' } }],
  ['a parameter of two lines', { parameters: { a: 'x\ny' } }],
])('a request with %s is refused', (_, change) => {
  expect(runbookSchemas.runRunbook?.safeParse(request(change)).success).toBe(false);
  expect(runbookSchemas.runRunbook?.safeParse(request()).success).toBe(true);
});
