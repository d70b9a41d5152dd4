import { randomUUID } from 'node:crypto';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { type Controls, followControls } from '#lib/control/follow-controls.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import type { HealthCheck, Service } from '#lib/lifecycle/component.ts';
import { consume } from '#lib/platform/consume.ts';
import type { Platform } from '#lib/platform/platform.ts';
import { sqlCheck } from '#lib/platform/sql-check.ts';
import { publisher } from '#lib/platform/publisher.ts';
import { openSigning } from '#lib/platform/signing.ts';
import { RowWorker } from '#lib/sql/row-worker.ts';
import { migrations } from './adapters/migrations.ts';
import { type LedgerTables, sqlLedger, toLedgerRow } from './adapters/sql-ledger.ts';
import { connectTarget } from './adapters/connect-target.ts';
import { orderIntake } from './adapters/take-order.ts';
import type { ExecutorConfig } from './config.ts';
import { orderHandler } from './handlers/order.ts';
import { drive } from './workers/drive.ts';

/** Longer than any call to the target may take. */
const REQUEST_LIFETIME_MS = 6_000;
/** How long a row of an executor that died waits for the next one. Longer than any request lives. */
const LEASE_MS = 10_000;

export function createExecutor(config: ExecutorConfig, platform: Platform): Service {
  const target = config.target.name;
  const name = `executor-${target}`;
  const logger = platform.loggerFor(name);
  const stops: (() => Promise<void>)[] = [];
  let checks: readonly HealthCheck[] = [];

  const start = async () => {
    const signing = openSigning(config.signing);
    const cluster = connectTarget(config.target);
    const sql = await platform.openSql<LedgerTables>(name.replaceAll('-', '_'), migrations);
    stops.push(() => sql.close());
    await prepareTopics(platform.bus, topicSpecs(['control'], platform.topics));
    const controls = await followControls({
      bus: platform.bus,
      logger,
      onCrash: (error) => platform.fail(error),
    });
    stops.push(() => controls.stop());
    const ledger = sqlLedger(sql.db);
    const driver = {
      target,
      cluster,
      ledger,
      publish: publisher(platform.bus, name, signing.seal),
      controls: controls.current,
      clock: platform.clock,
      requestLifetimeMs: REQUEST_LIFETIME_MS,
    };
    const worker = new RowWorker({
      db: sql.db,
      table: 'ledger',
      clock: platform.clock,
      leaseMs: LEASE_MS,
      owner: `${name}/${randomUUID().slice(0, 8)}`,
      handle: (row, lost) => drive(toLedgerRow(row), driver, lost),
      onError: (error, row) =>
        logger.warn({ err: error, action: row?.id }, 'a step could not be done, and is tried again'),
    });
    worker.start();
    stops.push(() => worker.stop());
    const consumer = await consume(platform, {
      service: name,
      topics: [orderTopic(target)],
      publishes: ['action'],
      handlers: { Order: orderHandler(orderIntake(sql.db, ledger, worker)) },
      ...signing,
    });
    stops.push(() => consumer.stop());
    const table = sqlCheck('ledger', sql);
    checks = [consumer.check, controlCheck(controls, platform), table, targetCheck(cluster)];
  };

  return {
    name,
    start,
    stop: async () => {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
    checks: () => checks,
  };
}

function controlCheck(controls: Controls, { clock }: Platform): HealthCheck {
  return {
    name: 'control',
    check: async () => {
      const { heartbeatAt } = controls.current();
      const age = heartbeatAt && Math.round((clock.now().getTime() - heartbeatAt.getTime()) / 1_000);
      if (age !== undefined && Math.abs(age) <= 10) return { ok: true, detail: `heartbeat ${age} s ago` };
      return {
        ok: false,
        detail: age === undefined ? 'no heartbeat yet' : `the newest heartbeat is ${age} s old`,
        fix: 'nothing runs without it: look whether decision is up, and whether the clocks agree',
      };
    },
  };
}

const targetCheck = (cluster: { describe(): Promise<string> }): HealthCheck => ({
  name: 'target',
  check: async () => ({ ok: true, detail: await cluster.describe() }),
});
