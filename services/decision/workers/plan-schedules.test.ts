import { defaultPolicy } from '../../../test/support/default-policy.ts';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock, systemClock } from '#lib/clock.ts';
import { noControls } from '#lib/control/control-state.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { loadRunbook } from '#lib/runbook/load-runbook.ts';
import { openSql, type Sql } from '#lib/sql/open-sql.ts';
import { openPglite } from '#lib/sql/pglite.ts';
import { RowWorker } from '#lib/sql/row-worker.ts';
import { eventually } from '../../../test/support/eventually.ts';
import type { DecisionTables } from '../adapters/decision-tables.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import { migrations } from '../adapters/migrations.ts';
import { sqlSchedules } from '../adapters/sql-schedules.ts';
import { activeRunbook } from '../domain/registry/active-runbook.ts';
import { driveSchedule } from './drive-schedule.ts';
import { startPlanning } from './plan-schedules.ts';

const start = new Date('2026-03-03T03:00:30Z');
const shipped = readFileSync(new URL('../../../runbooks/restart-pod.yaml', import.meta.url), 'utf8');
const resource = '{ kind: pod, namespace: production, name: web-0 }';
const [minutely] = loadRunbook(
  `${shipped}\n  schedule: { cron: "* * * * *", resource: ${resource} }\n`,
  'r.yaml',
).runbooks;

let instance: Awaited<ReturnType<typeof openPglite>>;
let sql: Sql<DecisionTables>;
beforeAll(async () => {
  const onError = (error: unknown) => {
    throw error;
  };
  instance = await openPglite({ dataDir: undefined, clock: systemClock, onError });
  sql = await openSql<DecisionTables>({ kind: 'pglite', instance, schema: 'plan_schedules', migrations });
}, 60_000);
afterAll(async () => {
  await sql?.close();
  await instance?.close();
});

it('two instances, each of which is restarted, give every minute one turn', async () => {
  if (!minutely) throw new Error('the runbook does not load');
  const { digest } = minutely;
  const active = [activeRunbook(minutely, { version: 1, digest, mode: 'auto_execute' })];
  const clock = new ManualClock(start);
  const guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  const published: OutgoingEvent[] = [];
  const begin = (owner: string) => {
    const onError = (error: unknown) => {
      throw error;
    };
    const schedules = sqlSchedules({
      db: sql.db,
      source: 'belay/decision',
      onEvents: () => {},
      onDue: () => worker.poke(),
    });
    const driver = {
      ...{ guardrails, schedules, clock, cases: { open: async () => {} }, targets: ['prod'] },
      runbooks: () => active,
      controls: () => ({ ...noControls, heartbeatAt: clock.now() }),
      policy: defaultPolicy,
      publish: async (events: readonly OutgoingEvent[]) => void published.push(...events),
    };
    const worker: RowWorker<DecisionTables, 'planned_runs'> = new RowWorker({
      ...{ db: sql.db, clock, owner, onError },
      table: 'planned_runs',
      handle: ({ planned_at: plannedAt, ...row }) => driveSchedule({ ...row, plannedAt }, driver),
    });
    worker.start();
    const planning = startPlanning({ schedules, runbooks: () => active, clock, onError });
    return async () => {
      await planning.stop();
      await worker.stop();
    };
  };
  const rows = () =>
    sql.db.selectFrom('planned_runs').select(['planned_at', 'state']).orderBy('planned_at').execute();

  const MINUTES = 4;
  const running = [begin('a'), begin('b')];
  for (let minute = 1; minute <= MINUTES; minute += 1) {
    await eventually(async () => {
      if ((await rows()).length < minute) throw new Error(`minute ${minute} is not planned`);
    }, 20_000);
    await clock.advance(60_000 - (clock.now().getTime() % 60_000));
    await eventually(async () => {
      // For whoever has only now gone to rest; slowly, so that nothing is missed.
      await clock.advance(50);
      const had = (await rows()).filter(({ state }) => state !== 'planned').length;
      if (had < minute) throw new Error(`${had} had their turn of ${minute}`);
    }, 20_000);
    const place = minute % running.length;
    await running[place]?.();
    running[place] = begin(`restarted-${minute}`);
  }
  for (const stop of running) await stop();

  const found = (await rows()).filter(({ state }) => state !== 'planned');
  const times = found.map(({ planned_at }) => planned_at.toISOString());
  const first = new Date('2026-03-03T03:01:00Z').getTime();
  expect(times).toEqual(times.map((_, index) => new Date(first + index * 60_000).toISOString()));
  const runs = found.filter(({ state }) => state === 'run').length;
  // The first one is ordered and does not end here; the others come while it is open.
  expect(published.filter(({ type }) => type === 'DecisionMade')).toHaveLength(runs);
  expect(published.filter(({ type }) => type === 'Order')).toHaveLength(1);
  const said = await sql.db.selectFrom('outbox').select('event_id').execute();
  expect(said).toHaveLength(found.length - runs);
}, 60_000);
