import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import { Mode, Risk } from '#gen/belay/v1/common.ts';
import type { Clock } from '#lib/clock.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import { approvalIdOf } from '../domain/cases/approval-id.ts';
import type { Case } from '../domain/cases/case.ts';
import type { CaseEvent } from '../domain/cases/next-case.ts';
import { controlChecks } from '../domain/control-checks.ts';
import { block } from '../domain/decide.ts';
import { isWithdrawn } from '../domain/guardrails/withdraw-slot.ts';
import { NOT_ORDERED } from '../handlers/answer-of.ts';
import { stepOf } from '../handlers/case-events.ts';
import { callBackIfOver, callBackIfUnwanted, UNWANTED } from '../handlers/call-back.ts';
import { controlledBy } from '../handlers/control-facts.ts';
import { type DecideOptions, decideIncident } from '../handlers/decide-incident.ts';
import { decisionIdOf } from '../handlers/decision-id.ts';
import { type Draft, readDraft } from '../handlers/draft.ts';
import { actionIdOf, issuedEvents } from '../handlers/order-of.ts';
import { slotWantsOf } from '../handlers/slot-wants.ts';
import { aboutOf } from '../handlers/storm-count.ts';
import { toProtoCheck, toProtoRisk } from '../handlers/to-proto.ts';
import type { Cases } from '../ports.ts';

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
  const { guardrails, publish, clock, policy } = driver;
  const draft = readDraft(current.record);
  const { issued, byPerson = false } = draft;
  if (!issued) return advance({ type: 'refused', reason: 'what was to be ordered is not known' });
  if (!current.isTaking) {
    const stopped = whyNotGranted(current, issued, driver);
    if (stopped !== undefined) return advance({ type: 'refused', reason: stopped });
    // From here on a slot may be taken, and only an order or their no gives it back.
    await advance({ type: 'taking' });
  }
  const { decisionId, record } = current;
  const wants = slotWantsOf(issued);
  const about = aboutOf(draft.made);
  const slot = await guardrails.grant({ decisionId, about, wants, byPerson, record, now: clock.now() });
  const refused = block(issued.runbook?.name ?? '', slot.checks);
  if (refused) return advance({ type: 'refused', reason: refused.summary });
  if (isWithdrawn(slot.status)) return advance({ type: 'refused', reason: NOT_ORDERED });
  // Settled by now: the order went out before, and the case was not told.
  if (slot.status !== 'held' || !slot.at) return advance({ type: 'ordered' });
  const ordered = approvedOrder(current, draft, issued, {
    trial: slot.trial,
    checks: slot.checks.map(toProtoCheck),
    issuedAt: slot.at,
    actBefore: new Date(slot.at.getTime() + policy.actWithinMs),
  });
  await publish(issuedEvents(ordered));
  await callBackIfOver(current, driver);
  return advance({ type: 'ordered' });
}

/** What has changed since people were asked. An executor does not know which runbooks may still run. */
function whyNotGranted(
  { grant }: Case,
  issued: OrderIssued,
  { controls, runbooks, clock, policy }: CaseDriver,
): string | undefined {
  const now = clock.now();
  if (!grant || now.getTime() > grant.at.getTime() + policy.actWithinMs)
    return 'the approval is too old by now: nothing could be ordered in time';
  const { name = '', digest } = issued.runbook ?? {};
  if (!runbooks().some((one) => one.name === name && one.digest === digest))
    return `${name} is not active any more, or is another version by now`;
  return stoppedBy(controls(), issued, now);
}

function stoppedBy(controls: ControlState, issued: OrderIssued, now: Date): string | undefined {
  const { resource, service = '' } = issued.plan ?? {};
  const controlled = controlledBy(controls, issued.target, { resource, service }, now);
  const checks = controlChecks(controlled, issued.runbook?.name ?? '');
  return checks.find(({ result }) => result === 'refuse')?.reason;
}

type Granted = Pick<OrderIssued, 'trial' | 'checks' | 'issuedAt' | 'actBefore'>;

/** For exactly the plan that was approved, at the risk that people saw. */
function approvedOrder(
  { decisionId, planned, grant }: Case,
  { made }: Draft,
  issued: OrderIssued,
  granted: Granted,
): OrderIssued {
  return {
    ...issued,
    ...granted,
    actionId: actionIdOf(decisionId, 'execute'),
    phase: OrderPhase.EXECUTE,
    mode: Mode.APPROVAL_REQUIRED,
    approvalId: approvalIdOf(decisionId),
    approvedPlanHash: planned?.hash ?? '',
    // They were told of all three.
    maxRisk: Math.max(toProtoRisk(planned?.risk ?? 'low'), issued.plan?.risk ?? Risk.LOW, made.risk) as Risk,
    lapsed: grant?.lapsed ?? false,
  };
}

/** The refusal should be over. It is a decision of its own, with everything as it is now. */
async function decideAgain(current: Case, driver: CaseDriver, advance: Advance): Promise<void> {
  const { decisionId, incidentId, attempt } = current;
  const { incident } = readDraft(current.record);
  if (!incident) return advance({ type: 'resolved' });
  if (!current.isTaking) {
    if (await driver.cases.isResolved(incidentId)) return advance({ type: 'resolved' });
    if (await driver.cases.isCancelled(decisionId)) return advance({ type: 'cancelled', reason: UNWANTED });
    await advance({ type: 'taking' });
  }
  const considered = { incident, causeId: decisionId, attempt: attempt + 1 };
  await driver.publish(await decideIncident(considered, driver, driver.clock.now()));
  await callBackIfOver(current, driver);
  await callBackIfUnwanted(current, decisionIdOf(incident.incidentId, decisionId), driver);
  return advance({ type: 'decided_again' });
}
