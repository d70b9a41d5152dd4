import { Risk, type Resource } from '#gen/belay/v1/common.ts';
import { Plan, type PlanStep } from '#gen/belay/v1/plan.ts';
import { toValues } from '#lib/plan/values.ts';
import type { Action, Runbook, Step, VerificationCheck } from '#lib/runbook/runbook.ts';
import { toProtoRisk } from './to-proto.ts';

/** The runbook as it applies to this incident: executor and verifier never look a runbook up. */
export function planOf(
  runbook: Runbook,
  { steps, checks }: { readonly steps: readonly Step[]; readonly checks: readonly VerificationCheck[] },
  { resource, service }: { readonly resource: Resource; readonly service: string },
): Plan {
  const { scope, guardrails, verification, rollback, escalation, owner, intent, risk } = runbook;
  return Plan.fromPartial({
    resource,
    scope: {
      allowedNamespaces: [...scope.allowedNamespaces],
      requiredLabels: { ...scope.requiredLabels },
      resourceKinds: [...scope.resourceKinds],
    },
    steps: steps.map((step) => ({
      id: step.id,
      name: step.name,
      action: step.action,
      arguments: toValues(step.with),
      timeoutSeconds: step.timeoutSeconds,
      retries: step.retries,
      required: step.required,
      ...(step.rollback && { rollback: undoing(step, step.rollback) }),
    })),
    preChecks: runbook.preChecks.map(({ name, expression = '' }) => ({ name, expression })),
    limits: {
      minimumReadyPeers: guardrails.minimumReadyReplicasWithSameApp,
      maxPercentOfReplicas: guardrails.maxPercentOfReplicas,
    },
    verification: {
      timeoutSeconds: verification.timeoutSeconds,
      checks: checks.map(({ name, expect = '', samples, intervalSeconds, baselineSeconds }) => ({
        name,
        expect,
        samples,
        intervalSeconds,
        baselineSeconds,
      })),
    },
    rollback: { ...rollback },
    escalation: { ...escalation },
    owner,
    intent,
    service,
    risk: risk === undefined ? Risk.HIGH : toProtoRisk(risk),
  });
}

const undoing = ({ id, timeoutSeconds }: Step, rollback: Action): Partial<PlanStep> => ({
  id: `undo-${id}`,
  action: rollback.action,
  arguments: toValues(rollback.with),
  timeoutSeconds,
  required: true,
});
