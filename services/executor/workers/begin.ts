import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { mayBegin, type Refusal } from '#lib/control/may-begin.ts';
import { outgoing } from '#lib/events/event.ts';
import { toValues } from '#lib/plan/values.ts';
import type { Observation } from '../domain/observation.ts';
import { planHash } from '../domain/plan-hash.ts';
import { refusalCode } from '../domain/refusal-code.ts';
import type { Cancellation } from '../ports.ts';
import type { Driver } from './driver.ts';
import { finish } from './finish.ts';
import { EXPIRED, giveUp, type Reason } from './give-up.ts';
import { type Job, riskOf } from './job.ts';
import { isLate, look } from './look.ts';
import { toCheck } from './to-check.ts';

/**
 * From queued to the effect. The order of the lines is the protocol: look, say what will be done and have it
 * acknowledged, note it down under this claim's epoch, look at the controls once more, act.
 */
export async function begin(job: Job, driver: Driver, lost: AbortSignal): Promise<void> {
  const { clock, ledger, publish } = driver;
  const cancelled = await ledger.cancellationOf(job.row.actionId);
  if (cancelled) return giveUp(job, driver, cancelledBy(cancelled));
  const permission = mayBegin(driver.controls(), job.order, clock.now());
  if (isLate(job, clock.now())) return giveUp(job, driver, EXPIRED);
  if (!permission.ok) return holdBack(job, driver, permission);
  const observation = await look(job);
  if ('forbidden' in observation)
    return giveUp(job, driver, { code: 'target_refused', reason: observation.forbidden });
  const no = refusalOf(job, observation);
  if (no) return giveUp(job, driver, { ...no, checks: observation.checks });
  await publish([started(job, observation, clock.now())]);
  const { owner, before } = observation;
  if ((await ledger.acting(job.row, owner, before, clock.now())) === 'lost') return;
  const since = await ledger.cancellationOf(job.row.actionId);
  if (since) return giveUp(job, driver, cancelledBy(since));
  const still = mayBegin(driver.controls(), { ...job.order, workload: owner }, clock.now());
  if (!still.ok) return giveUp(job, driver, { code: still.code, reason: `${still.reason}. Nothing changed` });
  if (isLate(job, clock.now())) return giveUp(job, driver, EXPIRED);
  if (lost.aborted) return;
  await act({ ...job, before }, driver);
}

/** By an order to cancel it, at intake. */
const cancelledBy = ({ reason }: Cancellation): Reason => ({
  code: 'cancelled',
  reason: `it was cancelled before it began: ${reason || 'no reason given'}. Nothing changed`,
});

/** What was approved comes first: on another plan nobody has been asked, whatever its checks say. */
function refusalOf({ order }: Job, observation: Observation): Reason | undefined {
  const { approvedPlanHash, planDigest, maxRisk } = order;
  const { checks, risk, binding, changes } = observation;
  if (approvedPlanHash !== '' && approvedPlanHash !== planHash(planDigest, binding)) {
    const now = changes.join('; ') || 'nothing that could be changed';
    return {
      code: 'plan_changed',
      reason: `the plan changed after it was approved. It would now be: ${now}`,
    };
  }
  const [refused] = checks.filter((check) => !check.ok);
  if (refused) return { code: refusalCode(checks), reason: refused.reason };
  if (riskOf(risk) <= maxRisk) return undefined;
  return { code: 'risk_raised', reason: `live state makes this ${risk} risk, more than was decided` };
}

/** Whatever goes wrong in here may have happened at the target. The row stays `acting`, to be reconciled. */
async function act(job: Job, driver: Driver): Promise<void> {
  const startedMs = driver.clock.monotonicMs();
  const result = await job.action.run(job.args, job.before, job.context);
  if (result.status === 'not_done')
    return giveUp(job, driver, { code: 'target_changed', reason: result.reason });
  const durationMs = driver.clock.monotonicMs() - startedMs;
  await finish(job, driver, { ...result, reconciled: false, durationMs });
}

const RECHECK_MS = 500;

/** A setting stops it: over. A heartbeat is missing: it may come back while there is time. */
async function holdBack(job: Job, driver: Driver, { code, reason }: Refusal): Promise<void> {
  if (code !== 'control_silent') return giveUp(job, driver, { code, reason: `${reason}. Nothing changed` });
  await driver.ledger.later(job.row, new Date(driver.clock.now().getTime() + RECHECK_MS));
}

function started(job: Job, { uid, before, checks }: Observation, startedAt: Date) {
  const { order, row, ids } = job;
  const resource = order.plan?.resource ?? { target: ids.target, kind: '', namespace: '', name: '', uid: '' };
  return outgoing('ActionStarted', {
    ...ids,
    phase: OrderPhase.EXECUTE,
    planDigest: order.planDigest,
    resource: { ...resource, uid },
    before: toValues(before),
    checks: checks.map(toCheck),
    startedAt,
    epoch: row.epoch,
  });
}
