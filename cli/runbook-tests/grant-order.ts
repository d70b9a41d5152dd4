import { Mode } from '#gen/belay/v1/common.ts';
import { OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import { planDigest } from '#lib/plan/plan-digest.ts';
import { resolvePlan } from '#lib/runbook/resolve-plan.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { type Told, told, untold } from '#lib/runbook/tests/compare.ts';
import { eventsOf, writeDraft } from '../../services/decision/handlers/draft.ts';
import { incidentFacts } from '../../services/decision/handlers/incident-facts.ts';
import { planOf } from '../../services/decision/handlers/plan-of.ts';
import { slotLimitsOf, slotWantsOf } from '../../services/decision/handlers/slot-wants.ts';
import { toRunbookRef } from '../../services/decision/handlers/to-proto.ts';
import type { Guardrails } from '../../services/decision/ports.ts';
import { type Decided, decidedBy } from '../play/decide-report.ts';
import { DEFAULT_POLICY } from '../play/policy.ts';
import type { Scene } from './scene.ts';

/** People said yes: the slot is reserved only now, so the guardrails may still say no. */
export async function grantOrder(
  scene: Scene,
  { made }: Decided,
  runbook: Runbook,
  guardrails: Guardrails,
): Promise<Told<Decided>> {
  const issued = issue(scene, runbook);
  if (!issued.known) return issued;
  const { decisionId } = issued.value;
  const wants = slotWantsOf(issued.value);
  const record = writeDraft({
    made: { ...made, decisionId, mode: Mode.AUTO_EXECUTE },
    issued: issued.value,
    escalate: '',
  });
  return told(decidedBy(eventsOf(await guardrails.decide({ decisionId, wants, record, now: scene.now }))));
}

function issue({ incident, now }: Scene, runbook: Runbook): Told<OrderIssued> {
  const { resource, service } = incident;
  if (!resource) return untold('the incident has no resource');
  const resolved = resolvePlan(runbook, { ...incidentFacts(incident), parameters: {} });
  if (!resolved.ok) return untold(resolved.why);
  const plan = planOf(runbook, resolved.steps, { resource, service });
  const { incidentId } = incident;
  return told(
    OrderIssued.fromPartial({
      actionId: `${incidentId}-granted`,
      decisionId: `${incidentId}-granted`,
      incidentId,
      phase: OrderPhase.EXECUTE,
      target: resource.target,
      plan,
      planDigest: planDigest(plan),
      runbook: toRunbookRef(runbook),
      mode: Mode.APPROVAL_REQUIRED,
      issuedAt: now,
      actBefore: new Date(now.getTime() + DEFAULT_POLICY.actWithinMs),
      slotLimits: slotLimitsOf(runbook.guardrails, DEFAULT_POLICY.concurrency),
    }),
  );
}
