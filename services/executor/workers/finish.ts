import { ActionStatus, StepStatus } from '#gen/belay/v1/action.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { outgoing } from '#lib/events/event.ts';
import type { Driver } from './driver.ts';
import type { Job } from './job.ts';

export interface Ending {
  readonly status: 'success' | 'failed' | 'unknown';
  readonly output?: string;
  readonly error?: string;
  /** Read off the target after a crash or a lost answer. */
  readonly reconciled: boolean;
  readonly durationMs: number;
}

const STEP = { success: StepStatus.SUCCESS, failed: StepStatus.FAILED, unknown: StepStatus.UNKNOWN } as const;
const ACTION = {
  success: ActionStatus.SUCCESS,
  failed: ActionStatus.FAILED,
  unknown: ActionStatus.UNKNOWN,
} as const;

const FIRST_SAMPLE_MS = 250;

/** The effect is over. Told before it is noted: said twice it is dropped by its id, left out it would be lost. */
export async function finish(job: Job, driver: Driver, ending: Ending): Promise<void> {
  const finishedAt = driver.clock.now();
  const { status, output = '', error = '', reconciled, durationMs } = ending;
  await driver.publish([
    outgoing('StepFinished', {
      ...job.ids,
      stepId: job.step.id,
      name: job.step.name,
      status: STEP[status],
      output,
      error,
      durationMs,
      undo: false,
      finishedAt,
    }),
    outgoing('ActionFinished', {
      ...job.ids,
      phase: OrderPhase.EXECUTE,
      status: ACTION[status],
      reconciled,
      undone: false,
      error,
      after: {},
      finishedAt,
    }),
  ]);
  if (status === 'success') {
    await driver.ledger.done(job.row, finishedAt, new Date(finishedAt.getTime() + FIRST_SAMPLE_MS));
  } else {
    await driver.ledger.close(job.row);
  }
}
