import { BelayError, messageOf } from '#lib/errors.ts';
import { outgoing } from '#lib/events/event.ts';
import { toValues } from '#lib/plan/values.ts';
import type { Facts } from '../domain/observation.ts';
import type { Driver } from './driver.ts';
import type { Job } from './job.ts';

const EVERY_MS = 1_000;

/** One look for the verifier, who judges. A target that does not answer is said to be so. */
export async function sample(job: Job, { publish, ledger, clock }: Driver): Promise<void> {
  const { facts, error } = await look(job);
  const sampledAt = clock.now();
  const sequence = job.row.sequence;
  await publish([
    outgoing('StateSampled', { ...job.ids, sequence, facts: toValues(facts), error, sampledAt }),
  ]);
  if (error === '' && job.action.isAtRest(facts)) await ledger.close(job.row);
  else await ledger.sampled(job.row, new Date(sampledAt.getTime() + EVERY_MS));
}

async function look({ action, args, before, context }: Job): Promise<{ facts: Facts; error: string }> {
  try {
    return { facts: await action.sample(args, before, context), error: '' };
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    return { facts: {}, error: messageOf(error) };
  }
}
