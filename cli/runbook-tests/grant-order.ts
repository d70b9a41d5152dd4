import { Mode, type Resource } from '#gen/belay/v1/common.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { type Told, told, untold } from '#lib/runbook/tests/compare.ts';
import { answerOf } from '../../services/decision/handlers/answer-of.ts';
import { writeDraft } from '../../services/decision/handlers/draft.ts';
import { issueOrder } from '../../services/decision/handlers/order-of.ts';
import { slotWantsOf } from '../../services/decision/handlers/slot-wants.ts';
import { aboutOf } from '../../services/decision/handlers/storm-count.ts';
import type { Guardrails } from '../../services/decision/ports.ts';
import { type Decided, decidedBy } from '../play/decide-report.ts';
import { DEFAULT_POLICY } from '../play/policy.ts';
import type { Scene } from './scene.ts';

/** People said yes: the slot is reserved only now, so the guardrails may still say no. */
export async function grantOrder(
  { incident, now }: Scene,
  { made }: Decided,
  runbook: Runbook,
  guardrails: Guardrails,
): Promise<Told<Decided>> {
  const { resource, incidentId } = incident;
  if (!resource) return untold('the incident has no resource');
  const decisionId = `${incidentId}-granted`;
  const asked = { ...incident, resource: resource satisfies Resource };
  const order = {
    decisionId,
    runbook,
    incident: asked,
    mode: 'approval_required',
    phase: 'execute',
  } as const;
  const result = issueOrder({ ...order, policy: DEFAULT_POLICY, now });
  if (!result.ok) return untold(result.why);
  const { issued } = result;
  const record = writeDraft({
    made: { ...made, decisionId, mode: Mode.AUTO_EXECUTE },
    issued,
    escalate: '',
    incident: undefined,
    asks: undefined,
    byHand: '',
    retryUntil: undefined,
  });
  const slot = await guardrails.decide({
    decisionId,
    about: aboutOf(made),
    wants: slotWantsOf(issued),
    record,
    now,
  });
  return told(decidedBy(answerOf(slot).events));
}
