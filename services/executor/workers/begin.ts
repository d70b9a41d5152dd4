import { type Check, CheckResult } from '#gen/belay/v1/common.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { mayBegin, type Refusal } from '#lib/control/may-begin.ts';
import { BelayError } from '#lib/errors.ts';
import { outgoing } from '#lib/events/event.ts';
import { toValues } from '#lib/plan/values.ts';
import type { Abortion } from '../domain/ledger.ts';
import type { LiveCheck, Observation } from '../domain/observation.ts';
import type { Driver } from './driver.ts';
import { finish } from './finish.ts';
import { type Job, riskOf } from './job.ts';

/**
 * From queued to the effect. The order of the lines is the protocol: look, say what will be done and have it
 * acknowledged, note it down under this claim's epoch, look at the controls once more, act.
 */
export async function begin(job: Job, driver: Driver, lost: AbortSignal): Promise<void> {
  const { clock, ledger, publish } = driver;
  const permission = mayBegin(driver.controls(), job.order, clock.now());
  if (isLate(job, clock.now()))
    return abort(job, driver, 'expired', 'the order expired before it could begin');
  if (!permission.ok) return holdBack(job, driver, permission);
  const observation = await observe(job);
  if ('forbidden' in observation) return abort(job, driver, 'target_refused', observation.forbidden);
  const refused = observation.checks.find((check) => !check.ok);
  if (refused) return abort(job, driver, 'pre_check_failed', refused.reason, observation.checks);
  if (riskOf(observation.risk) > job.order.maxRisk) {
    const reason = `live state makes this ${observation.risk} risk, more than was decided`;
    return abort(job, driver, 'risk_raised', reason, observation.checks);
  }
  await publish([started(job, observation, clock.now())]);
  const { owner, before } = observation;
  if ((await ledger.acting(job.row, owner, before, clock.now())) === 'lost') return;
  const still = mayBegin(driver.controls(), { ...job.order, workload: owner }, clock.now());
  if (!still.ok) return abort(job, driver, still.code, `${still.reason}. Nothing changed`);
  if (isLate(job, clock.now()))
    return abort(job, driver, 'expired', 'the order expired before it could begin');
  if (lost.aborted) return;
  await act({ ...job, before }, driver);
}

/** Credentials that may not look will not be allowed to a moment later. A target that is away may be back. */
async function observe(job: Job): Promise<Observation | { readonly forbidden: string }> {
  try {
    return await job.action.observe(job.args, job.context);
  } catch (error) {
    if (!(error instanceof BelayError) || error.kind !== 'forbidden') throw error;
    return { forbidden: [error.message, error.why].filter(Boolean).join(': ') };
  }
}

/** Whatever goes wrong in here may have happened at the target. The row stays `acting`, to be reconciled. */
async function act(job: Job, driver: Driver): Promise<void> {
  const startedMs = driver.clock.monotonicMs();
  const result = await job.action.run(job.args, job.before, job.context);
  if (result.status === 'not_done') return abort(job, driver, 'target_changed', result.reason);
  const durationMs = driver.clock.monotonicMs() - startedMs;
  await finish(job, driver, { ...result, reconciled: false, durationMs });
}

const isLate = ({ order }: Job, now: Date): boolean => !order.actBefore || now >= order.actBefore;

const RECHECK_MS = 500;

/** A setting stops it: over. A heartbeat is missing: it may come back while there is time. */
async function holdBack(job: Job, driver: Driver, { code, reason }: Refusal): Promise<void> {
  if (code !== 'control_silent') return abort(job, driver, code, `${reason}. Nothing changed`);
  await driver.ledger.later(job.row, new Date(driver.clock.now().getTime() + RECHECK_MS));
}

async function abort(
  job: Job,
  driver: Driver,
  code: string,
  reason: string,
  checks: readonly LiveCheck[] = [],
): Promise<void> {
  const abortion = { code, reason, checks, abortedAt: driver.clock.now().toISOString() };
  if ((await driver.ledger.abort(job.row, abortion)) === 'lost') return;
  await tell(job, driver, abortion);
}

/** Noted before it is said: said and not noted, the next one to hold the row could act behind a settlement. */
export async function tell(
  { ids, row, order: { phase } }: Job,
  { publish, ledger }: Driver,
  { code, reason, checks, abortedAt }: Abortion,
): Promise<void> {
  const told = { code, reason, checks: checks.map(toCheck), abortedAt: new Date(abortedAt) };
  await publish([outgoing('ActionAborted', { ...ids, ...told, phase })]);
  await ledger.close(row);
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

function toCheck({ name, ok, observed, limit, reason }: LiveCheck): Check {
  const result = ok ? CheckResult.PASS : CheckResult.REFUSE;
  return { name, result, observed, limit, reason, code: ok ? '' : 'pre_check_failed', endsAt: undefined };
}
