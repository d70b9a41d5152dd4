import { defaultPolicy } from '../../../test/support/default-policy.ts';
import { readFileSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { ActorKind, Mode } from '#gen/belay/v1/common.ts';
import { ManualClock } from '#lib/clock.ts';
import { noControls } from '#lib/control/control-state.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { eventId, type OutgoingEvent } from '#lib/events/event.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { loadRunbook } from '#lib/runbook/load-runbook.ts';
import { formatProblem } from '#lib/runbook/problem.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import type { Case } from '../domain/cases/case.ts';
import { type ActiveRunbook, activeRunbook } from '../domain/registry/active-runbook.ts';
import type { ActiveMode } from '../domain/registry/entry.ts';
import type { Guardrails, Planned, TurnTaken } from '../ports.ts';
import { driveSchedule, type ScheduleDriver } from './drive-schedule.ts';

const three = new Date('2026-03-03T03:00:00Z');
const shipped = readFileSync(new URL('../../../runbooks/restart-pod.yaml', import.meta.url), 'utf8');
const nightly = (schedule: string, mode: ActiveMode = 'auto_execute'): ActiveRunbook => {
  const { runbooks, problems } = loadRunbook(`${shipped}\n  schedule: ${schedule}\n`, 'r.yaml');
  const [runbook] = runbooks;
  if (!runbook) throw new Error(problems.map(formatProblem).join('\n'));
  return activeRunbook(runbook, { version: 2, digest: runbook.digest, mode });
};
const ON_WEB_0 =
  '{ cron: "0 3 * * *", resource: { kind: pod, namespace: production, name: web-0 }, service: web }';

let clock: ManualClock;
let guardrails: Guardrails;
let published: OutgoingEvent[];
let opened: Case[];
let finished: { turn: TurnTaken; next: Planned | undefined }[];
let isOpen: boolean;
/** The process ends before it can note what it did. */
let dies: boolean;
let active: ActiveRunbook[];
let events: string[];

beforeEach(async () => {
  clock = new ManualClock(three);
  guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  [published, opened, finished, isOpen, dies] = [[], [], [], false, false];
  active = [nightly(ON_WEB_0)];
  events = [];
});

const driver = (): ScheduleDriver => ({
  guardrails,
  cases: { open: async (one) => void opened.push(one) },
  runbooks: () => active,
  controls: () => ({ ...noControls, heartbeatAt: clock.now() }),
  targets: ['prod'],
  policy: defaultPolicy,
  schedules: {
    isOpen: async () => isOpen,
    begin: async () => void events.push('begun'),
    finish: async (_run, turn, next) => {
      if (dies) throw new Error('the process ends here');
      finished.push({ turn, next });
    },
  },
  clock,
  publish: async (sent) => {
    for (const event of sent) encodeEvent(event, 'belay/decision');
    published.push(...sent);
    events.push('sent');
  },
});
const drive = (timetable = '0 3 * * * UTC') =>
  driveSchedule({ id: 'x', epoch: 1, runbook: 'restart-pod', plannedAt: three, timetable }, driver());
const dataOf = <T extends EventType>(type: T) =>
  published.find((event) => event.type === type)?.data as DataOf<T> | undefined;
const typesOf = () => published.map(({ type }) => type);

it('a planned time is run under the guardrails of every other run, by the engine', async () => {
  await drive();
  expect(typesOf()).toEqual(['DecisionMade', 'OrderIssued', 'Order']);
  expect(dataOf('DecisionMade')).toMatchObject({
    mode: Mode.AUTO_EXECUTE,
    externalId: expect.stringMatching(/^RUN-/),
    service: 'web',
    resource: { target: 'prod', name: 'web-0' },
    runbook: { version: 2 },
  });
  const shown = dataOf('DecisionMade')?.checks.map(({ name, observed }) => [name, observed]);
  expect(shown).toContainEqual(['match', 'by its schedule']);
  expect(shown).toContainEqual(['confidence', 'planned for 2026-03-03T03:00Z']);
  const next = { at: new Date('2026-03-04T03:00:00Z'), timetable: '0 3 * * * UTC' };
  expect(finished).toMatchObject([{ turn: { is: 'run', isOver: false }, next }]);
});

it('a process that died behind its order says the same again, however late, and takes no second slot', async () => {
  dies = true;
  await expect(drive()).rejects.toThrow('ends here');
  dies = false;
  await clock.advance(1_800_000);
  isOpen = true;
  await drive();
  const ids = published.map(({ type, data }) => eventId(type, data));
  expect(ids.slice(3)).toEqual(ids.slice(0, 3));
  expect(finished).toMatchObject([{ turn: { is: 'run' } }]);
});

it('is open before its order goes out, and over where its action has settled meanwhile', async () => {
  dies = true;
  await expect(drive()).rejects.toThrow('ends here');
  expect(events).toEqual(['begun', 'sent']);
  const { decisionId = '' } = dataOf('DecisionMade') ?? {};
  await guardrails.settle({ decisionId, outcome: 'succeeded', at: clock.now() });
  dies = false;
  await drive();
  expect(finished).toMatchObject([{ turn: { is: 'run', isOver: true } }]);
});

it('nothing is said to be missed before it is known what was decided', async () => {
  await clock.advance(3_600_000);
  guardrails = memoryGuardrails();
  await expect(drive()).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
  expect(finished).toEqual([]);
});

it('one that nobody could begin in time is skipped, and so is what went by since; it is said once', async () => {
  active = [nightly(ON_WEB_0.replace('0 3 * * *', '*/10 * * * *'))];
  await clock.advance(3_600_000 + 90_000);
  await drive('*/10 * * * * UTC');
  expect(published).toEqual([]);
  const [{ turn, next } = { turn: undefined, next: undefined }] = finished;
  expect(turn).toMatchObject({
    is: 'skipped',
    event: { type: 'RunSkipped', data: { code: 'missed', plannedAt: three, further: 6 } },
  });
  expect(next?.at).toEqual(new Date('2026-03-03T04:10:00Z'));
});

it('one that comes while the run before is open is skipped', async () => {
  isOpen = true;
  await drive();
  expect(published).toEqual([]);
  expect(finished).toMatchObject([{ turn: { is: 'skipped', event: { data: { code: 'still_open' } } } }]);
});

it('what needs people asks them, and nobody has asked for it who could not say yes', async () => {
  active = [nightly(ON_WEB_0, 'approval_required')];
  await drive();
  expect(dataOf('DecisionMade')?.mode).toBe(Mode.APPROVAL_REQUIRED);
  expect(opened[0]?.asks?.requester).toBeUndefined();
  expect(finished).toMatchObject([{ turn: { is: 'run', isOver: false } }]);
});

it('what is only observed stays so, and is over at once', async () => {
  active = [nightly(ON_WEB_0, 'observe')];
  await drive();
  expect(dataOf('DecisionMade')).toMatchObject({ mode: Mode.OBSERVE, wouldHave: Mode.AUTO_EXECUTE });
  expect(finished).toMatchObject([{ turn: { is: 'run', isOver: true } }]);
});

it.each([
  ['a resource', '{ cron: "0 3 * * *" }', 'which resource'],
  ['a fact of the plan', '{ cron: "0 3 * * *", resource: { kind: pod, name: web-0 } }', '${NAMESPACE}'],
])('what lacks %s is left to people, with the reason', async (_, schedule, reason) => {
  active = [nightly(schedule)];
  await drive();
  expect(dataOf('DecisionMade')).toMatchObject({
    mode: Mode.MANUAL,
    code: 'missing_fact',
    summary: expect.stringContaining(reason),
  });
  expect(dataOf('DecisionClosed')?.escalate).toBe('page_service_owner');
});

it.each(['0 3 * * 2', '*/10 * * * *'])(
  'a time that its new timetable has as well keeps its turn: %s',
  async (cron) => {
    active = [nightly(ON_WEB_0.replace('0 3 * * *', cron))];
    await clock.advance(200);
    await drive('0 3 * * * UTC');
    expect(typesOf()).toContain('Order');
    expect(finished).toMatchObject([{ turn: { is: 'run' }, next: { timetable: `${cron} UTC` } }]);
  },
);

it('what is not active any more, or not for that time, is not run', async () => {
  for (const cron of ['30 3 * * *', '0 3 29 2 *']) {
    active = [nightly(ON_WEB_0.replace('0 3 * * *', cron))];
    await drive();
  }
  active = [];
  await drive();
  const dropped = { turn: { is: 'dropped' }, next: undefined };
  expect(finished).toEqual([dropped, dropped, dropped]);
  expect(published).toEqual([]);
});

it('says who: the engine', async () => {
  isOpen = true;
  await drive();
  const [{ turn } = { turn: undefined }] = finished;
  expect(turn).toMatchObject({
    event: { data: { actor: { kind: ActorKind.ENGINE, name: 'decision' } } },
  });
});
