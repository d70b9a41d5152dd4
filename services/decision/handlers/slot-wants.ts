import type { OrderIssued, SlotLimits as LoggedLimits } from '#gen/belay/v1/decision.ts';
import type { Guardrails } from '#lib/runbook/runbook.ts';
import type { PolicyLimits, SlotLimits, SlotWants } from '../domain/guardrails/slot-wants.ts';

/** What an order is counted under. From the order alone, so that a rebuild comes to the same. */
export function slotWantsOf({ runbook, target, plan, slotLimits }: OrderIssued): SlotWants {
  const { kind = '', namespace = '', name = '' } = plan?.resource ?? {};
  const service = plan?.service ?? '';
  return {
    runbook: runbook?.name ?? '',
    target,
    namespace,
    service,
    resource: `${kind}/${namespace}/${name}`,
    // Orders about one workload also share a partition.
    workload: `${target}/${namespace}/${service}`,
    limits: slotLimits ? fromLog(slotLimits) : NOTHING_SAID,
  };
}

/** The limits of runbook and policy, as the log keeps them. */
export const slotLimitsOf = (
  guardrails: Guardrails,
  { concurrency, storm, budget }: PolicyLimits,
): LoggedLimits => ({
  maxExecutionsPerHour: guardrails.maxExecutionsPerHour,
  cooldownSeconds: guardrails.cooldownMinutes * 60,
  maxConcurrentActions: guardrails.maxConcurrentActions,
  maxAttemptsPerTarget: guardrails.maxAttemptsPerTarget,
  breakerFailures: guardrails.circuitBreaker.failures,
  breakerRecoverySeconds: guardrails.circuitBreaker.recoverySeconds,
  concurrency: {
    ...concurrency,
    perNamespace: Math.min(concurrency.perNamespace, guardrails.maxConcurrentActionsPerNamespace),
  },
  storm,
  budget,
});

/** As a decision that is made now would have them. */
export const limitsOf = (guardrails: Guardrails, policy: PolicyLimits): SlotLimits =>
  fromLog(slotLimitsOf(guardrails, policy));

const fromLog = (limits: LoggedLimits): SlotLimits => ({
  maxExecutionsPerHour: limits.maxExecutionsPerHour,
  cooldownMs: limits.cooldownSeconds * 1_000,
  maxConcurrentActions: limits.maxConcurrentActions,
  maxAttemptsPerTarget: limits.maxAttemptsPerTarget,
  circuitBreaker: {
    failures: limits.breakerFailures,
    recoveryMs: limits.breakerRecoverySeconds * 1_000,
  },
  concurrency: limits.concurrency ?? NOTHING_SAID.concurrency,
  storm: limits.storm ?? NOTHING_SAID.storm,
  budget: limits.budget ?? NOTHING_SAID.budget,
});

/** Orders from before there were limits in them. No fact means no: 0 lets nothing pass. */
const NOTHING_SAID: SlotLimits = {
  maxExecutionsPerHour: 0,
  cooldownMs: 0,
  maxConcurrentActions: 0,
  maxAttemptsPerTarget: 0,
  circuitBreaker: { failures: 1, recoveryMs: 0 },
  concurrency: { global: 0, perTarget: 0, perNamespace: 0, perService: 0 },
  storm: { services: 0, percent: 0 },
  // What nobody limited.
  budget: { global: 0, perTarget: 0 },
};
