import { outgoing } from '#lib/events/event.ts';
import { toValues } from '#lib/plan/values.ts';
import type { LivePlan } from '../domain/ledger.ts';
import type { Observation } from '../domain/observation.ts';
import { planHash } from '../domain/plan-hash.ts';
import type { Driver } from './driver.ts';
import { EXPIRED, giveUp } from './give-up.ts';
import { type PlanJob, riskOf } from './job.ts';
import { isLate, look } from './look.ts';
import { toCheck } from './to-check.ts';

/**
 * What the order would do on what is live now. Nothing changes, so neither the kill switch nor a missing heartbeat
 * stops it, and a check that refuses is part of the answer.
 */
export async function plan(job: PlanJob, driver: Driver): Promise<void> {
  const { clock, ledger } = driver;
  if (isLate(job, clock.now())) return giveUp(job, driver, EXPIRED);
  const observation = await look(job);
  if ('forbidden' in observation)
    return giveUp(job, driver, { code: 'target_refused', reason: observation.forbidden });
  const livePlan = livePlanOf(job, observation, clock.now());
  if ((await ledger.planned(job.row, livePlan)) === 'lost') return;
  await show(job, driver, livePlan);
}

/** Noted before it is said: a later look would find something else, and people approve what they were shown. */
export async function show(
  { ids, row, order }: PlanJob,
  { publish, ledger }: Driver,
  { planHash, uid, before, risk, checks, changes, plannedAt }: LivePlan,
): Promise<void> {
  const resource = order.plan?.resource ?? { target: ids.target, kind: '', namespace: '', name: '' };
  await publish([
    outgoing('ActionPlanned', {
      ...ids,
      planHash,
      resource: { ...resource, uid },
      before: toValues(before),
      liveRisk: riskOf(risk),
      checks: checks.map(toCheck),
      changes: [...changes],
      plannedAt: new Date(plannedAt),
    }),
  ]);
  await ledger.close(row);
}

function livePlanOf({ order }: PlanJob, observation: Observation, now: Date): LivePlan {
  const { uid, before, risk, checks, changes, binding } = observation;
  const plannedAt = now.toISOString();
  return { planHash: planHash(order.planDigest, binding), uid, before, risk, checks, changes, plannedAt };
}
