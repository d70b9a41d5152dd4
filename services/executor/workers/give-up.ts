import { outgoing } from '#lib/events/event.ts';
import type { Abortion } from '../domain/ledger.ts';
import type { LiveCheck } from '../domain/observation.ts';
import type { Driver } from './driver.ts';
import type { PlanJob } from './job.ts';
import { toCheck } from './to-check.ts';

export interface Reason {
  readonly code: string;
  readonly reason: string;
  readonly checks?: readonly LiveCheck[];
}

/** Over, with nothing done. */
export async function giveUp(job: PlanJob, driver: Driver, why: Reason): Promise<void> {
  const { code, reason, checks = [] } = why;
  const abortion = { code, reason, checks, abortedAt: driver.clock.now().toISOString() };
  if ((await driver.ledger.abort(job.row, abortion)) === 'lost') return;
  await tell(job, driver, abortion);
}

/** Noted before it is said: said and not noted, the next one to hold the row could act behind a settlement. */
export async function tell(
  { ids, row, order: { phase } }: PlanJob,
  { publish, ledger }: Driver,
  { code, reason, checks, abortedAt }: Abortion,
): Promise<void> {
  const told = { code, reason, checks: checks.map(toCheck), abortedAt: new Date(abortedAt) };
  await publish([outgoing('ActionAborted', { ...ids, ...told, phase })]);
  await ledger.close(row);
}

export const EXPIRED: Reason = { code: 'expired', reason: 'the order expired before it could begin' };
