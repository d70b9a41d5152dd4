import { Mode, Risk } from '#gen/belay/v1/common.ts';
import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { Clock } from '#lib/clock.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { approvalIdOf } from '../domain/cases/approval-id.ts';
import type { Case } from '../domain/cases/case.ts';
import { controlChecks } from '../domain/control-checks.ts';
import { block } from '../domain/decide.ts';
import { isWithdrawn } from '../domain/guardrails/withdraw-slot.ts';
import { NOT_ORDERED } from '../handlers/answer-of.ts';
import { controlledBy } from '../handlers/control-facts.ts';
import type { DecideOptions } from '../handlers/decide-incident.ts';
import type { Draft } from '../handlers/draft.ts';
import { actionIdOf } from '../handlers/order-of.ts';
import { slotWantsOf } from '../handlers/slot-wants.ts';
import { aboutOf } from '../handlers/storm-count.ts';
import { toProtoCheck, toProtoRisk } from '../handlers/to-proto.ts';

export interface Granting extends Pick<DecideOptions, 'guardrails' | 'controls' | 'runbooks' | 'policy'> {
  readonly clock: Clock;
}

/** Neither: the order went out before, it is settled by now, and the case was not told. */
interface Taken {
  readonly refused?: string;
  readonly order?: OrderIssued;
}

/** The slot of what was approved, and the order for it; or why there is none. */
export async function takeApproved(
  current: Case,
  draft: Draft,
  issued: OrderIssued,
  driver: Granting,
): Promise<Taken> {
  const { guardrails, clock, policy } = driver;
  const { decisionId, record } = current;
  const now = clock.now();
  const asked = { decisionId, about: aboutOf(draft.made), wants: slotWantsOf(issued), record, now };
  const slot = await guardrails.grant({ ...asked, byPerson: draft.byPerson ?? false });
  const refused = block(issued.runbook?.name ?? '', slot.checks);
  if (refused) return { refused: refused.summary };
  if (isWithdrawn(slot.status)) {
    // Whoever withdrew it may not have lived to give it back.
    await guardrails.settle({ decisionId, outcome: 'none', at: now });
    return { refused: NOT_ORDERED };
  }
  if (slot.status !== 'held' || !slot.at) return {};
  // What was taken only now nobody has ordered; and whoever looked at everything may have waited long for it.
  const isNew = slot.at >= now;
  const stopped = isNew ? whyNotGranted(current, issued, driver) : whyTooOld(current, driver, slot.at);
  if (stopped !== undefined) {
    await giveBack(decisionId, driver);
    return { refused: stopped };
  }
  const actBefore = new Date(slot.at.getTime() + policy.actWithinMs);
  const checks = slot.checks.map(toProtoCheck);
  return {
    order: approvedOrder(current, draft, issued, { trial: slot.trial, checks, issuedAt: slot.at, actBefore }),
  };
}

/** Withdrawn first: whoever looks at the case again, because this ended in between, orders nothing either. */
async function giveBack(decisionId: string, { guardrails, clock }: Granting): Promise<void> {
  const at = clock.now();
  await guardrails.withdraw({ decisionId, unaskedSince: at });
  await guardrails.settle({ decisionId, outcome: 'none', at });
}

/** What has changed since people were asked. An executor does not know which runbooks may still run. */
export function whyNotGranted(current: Case, issued: OrderIssued, driver: Granting): string | undefined {
  const { controls, runbooks, clock } = driver;
  const now = clock.now();
  const tooOld = whyTooOld(current, driver, now);
  if (tooOld !== undefined) return tooOld;
  const { name = '', digest } = issued.runbook ?? {};
  if (!runbooks().some((one) => one.name === name && one.digest === digest))
    return `${name} is not active any more, or is another version by now`;
  return stoppedBy(controls(), issued, now);
}

/** A yes is one to what happens at once. */
const whyTooOld = ({ grant }: Case, { policy }: Granting, at: Date): string | undefined =>
  grant && at.getTime() <= grant.at.getTime() + policy.actWithinMs
    ? undefined
    : 'the approval is too old by now: nothing could be ordered in time';

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
