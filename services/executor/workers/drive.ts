import { parentFrom } from '#lib/telemetry/propagation.ts';
import { withSpan } from '#lib/telemetry/with-span.ts';
import { nextStep } from '../domain/ledger.ts';
import type { LedgerRow } from '../ports.ts';
import { begin, tell } from './begin.ts';
import type { Driver } from './driver.ts';
import { type Job, readJob } from './job.ts';
import { reconcile } from './reconcile.ts';
import { sample } from './sample.ts';

/** Observe, choose the next step, run it, note it down. One step a claim. */
export async function drive(row: LedgerRow, driver: Driver, lost: AbortSignal): Promise<void> {
  const job = readJob(row, driver);
  const parent = parentFrom((name) => (name === 'traceparent' ? row.traceparent : undefined));
  await withSpan(`drive ${job.step.action}`, { parent, attributes: { 'belay.state': row.state } }, () =>
    step(job, driver, lost),
  );
}

async function step(job: Job, driver: Driver, lost: AbortSignal): Promise<void> {
  const { verificationMs } = job;
  const timing = { requestLifetimeMs: driver.requestLifetimeMs, verificationMs };
  const next = nextStep(job.row, timing, driver.clock.now());
  switch (next.type) {
    case 'begin':
      return begin(job, driver, lost);
    case 'reconcile':
      return reconcile(job, driver);
    case 'sample':
      return sample(job, driver);
    case 'wait':
      await driver.ledger.later(job.row, next.until);
      return;
    case 'tell':
      return tell(job, driver, next.abortion);
    case 'close':
      await driver.ledger.close(job.row);
  }
}
