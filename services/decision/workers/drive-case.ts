import type { Clock } from '#lib/clock.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Case } from '../domain/cases/case.ts';
import type { CaseEvent } from '../domain/cases/next-case.ts';
import { stepOf } from '../handlers/case-events.ts';
import { callBackIfOver, callBackIfUnwanted, UNWANTED } from '../handlers/call-back.ts';
import { type DecideOptions, decideIncident } from '../handlers/decide-incident.ts';
import { decisionIdOf } from '../handlers/decision-id.ts';
import { readDraft } from '../handlers/draft.ts';
import { issuedEvents } from '../handlers/order-of.ts';
import type { Cases } from '../ports.ts';
import { takeApproved, whyNotGranted } from './take-approved.ts';
import { wasDecided } from './was-decided.ts';

export interface CaseDriver extends DecideOptions {
  readonly cases: Cases;
  readonly clock: Clock;
  /** Signs orders. */
  readonly publish: Publish;
  /** Whether everything is handled that the log holds now. */
  readonly readToEnd: () => Promise<boolean>;
}

/** A case is due: its deadline has come, or it is to be granted, or looked at again. */
export async function driveCase(current: Case, driver: CaseDriver): Promise<void> {
  const { cases, clock } = driver;
  const advance = async (event: CaseEvent) => {
    await cases.advance(current.decisionId, stepOf(event, clock.now()));
  };
  switch (current.state) {
    case 'planning':
    case 'pending':
      return advance({ type: 'due', readToEnd: await driver.readToEnd() });
    case 'granting':
      return grant(current, driver, advance);
    case 'retrying':
      return decideAgain(current, driver, advance);
    case 'closed':
      return cases.forget(current.decisionId);
  }
}

type Advance = (event: CaseEvent) => Promise<void>;

/** The guardrails and the controls once more. The order goes out before the case is closed: again, not never. */
async function grant(current: Case, driver: CaseDriver, advance: Advance): Promise<void> {
  const draft = readDraft(current.record);
  const { issued } = draft;
  if (!issued) return advance({ type: 'refused', reason: 'what was to be ordered is not known' });
  if (!current.isTaking) {
    const stopped = whyNotGranted(current, issued, driver);
    if (stopped !== undefined) return advance({ type: 'refused', reason: stopped });
    // From here on a slot may be taken, and only an order or their no gives it back.
    await advance({ type: 'taking' });
  }
  const { refused, order } = await takeApproved(current, draft, issued, driver);
  if (refused !== undefined) return advance({ type: 'refused', reason: refused });
  if (order) {
    await driver.publish(issuedEvents(order));
    await callBackIfOver(current, driver);
  }
  return advance({ type: 'ordered' });
}

/** The refusal should be over. It is a decision of its own, with everything as it is now. */
async function decideAgain(current: Case, driver: CaseDriver, advance: Advance): Promise<void> {
  const { decisionId, incidentId, attempt } = current;
  const { incident } = readDraft(current.record);
  if (!incident) return advance({ type: 'resolved' });
  const nextId = decisionIdOf(incidentId, decisionId);
  if (!current.isTaking || !(await wasDecided(nextId, driver.guardrails))) {
    if (current.isTaking) await advance({ type: 'not_taken' });
    if (await driver.cases.isResolved(incidentId)) return advance({ type: 'resolved' });
    if (await driver.cases.isCancelled(decisionId)) return advance({ type: 'cancelled', reason: UNWANTED });
    await advance({ type: 'taking' });
  }
  const considered = { incident, causeId: decisionId, attempt: attempt + 1 };
  await driver.publish(await decideIncident(considered, driver, driver.clock.now()));
  await callBackIfOver(current, driver);
  await callBackIfUnwanted(current, nextId, driver);
  return advance({ type: 'decided_again' });
}
