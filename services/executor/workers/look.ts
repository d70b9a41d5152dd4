import { BelayError } from '#lib/errors.ts';
import type { Observation } from '../domain/observation.ts';
import type { PlanJob } from './job.ts';

/** Credentials that may not look will not be allowed to a moment later. A target that is away may be back. */
export async function look(job: PlanJob): Promise<Observation | { readonly forbidden: string }> {
  try {
    return await job.action.observe(job.args, job.context);
  } catch (error) {
    if (!(error instanceof BelayError) || error.kind !== 'forbidden') throw error;
    return { forbidden: [error.message, error.why].filter(Boolean).join(': ') };
  }
}

export const isLate = ({ order }: PlanJob, now: Date): boolean => !order.actBefore || now >= order.actBefore;
