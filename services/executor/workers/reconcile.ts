import type { Driver } from './driver.ts';
import { finish } from './finish.ts';
import type { Job } from './job.ts';

/** Somebody was acting and is gone, or never got an answer. The target knows what happened. */
export async function reconcile(job: Job, driver: Driver): Promise<void> {
  const found = await job.action.reconcile(job.args, job.before, job.context);
  if (found === 'not_done') {
    await driver.ledger.requeue(job.row, driver.clock.now());
  } else if (found === 'done') {
    const output = `${job.step.name || job.step.action}: found done at the target`;
    await finish(job, driver, { status: 'success', output, reconciled: true, durationMs: 0 });
  } else {
    const error = 'the answer was lost, and the target does not show whether it happened';
    await finish(job, driver, { status: 'unknown', error, reconciled: true, durationMs: 0 });
  }
}
