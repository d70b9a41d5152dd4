import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { parentFrom } from '#lib/telemetry/propagation.ts';
import { withSpan } from '#lib/telemetry/with-span.ts';
import { nextStep } from '../domain/ledger.ts';
import type { LedgerRow } from '../ports.ts';
import { begin } from './begin.ts';
import type { Driver } from './driver.ts';
import { tell } from './give-up.ts';
import { type PlanJob, readJob, readPlanJob } from './job.ts';
import { plan, show } from './plan.ts';
import { reconcile } from './reconcile.ts';
import { sample } from './sample.ts';

/** Observe, choose the next step, run it, note it down. One step a claim. */
export async function drive(row: LedgerRow, driver: Driver, lost: AbortSignal): Promise<void> {
  const job = readPlanJob(row, driver);
  const parent = parentFrom((name) => (name === 'traceparent' ? row.traceparent : undefined));
  await withSpan(`drive ${job.step.action}`, { parent, attributes: { 'belay.state': row.state } }, () =>
    step(job, driver, lost),
  );
}

async function step(job: PlanJob, driver: Driver, lost: AbortSignal): Promise<void> {
  const { row, verificationMs, order } = job;
  const timing = { requestLifetimeMs: driver.requestLifetimeMs, verificationMs };
  const next = nextStep(row, timing, driver.clock.now());
  switch (next.type) {
    case 'begin':
      return order.phase === OrderPhase.PLAN ? plan(job, driver) : begin(readJob(row, driver), driver, lost);
    case 'reconcile':
      return reconcile(readJob(row, driver), driver);
    case 'sample':
      return sample(readJob(row, driver), driver);
    case 'wait':
      await driver.ledger.later(row, next.until);
      return;
    case 'show':
      return show(job, driver, next.livePlan);
    case 'tell':
      return tell(job, driver, next.abortion);
    case 'close':
      await driver.ledger.close(row);
  }
}
