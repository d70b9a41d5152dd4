import type { About, SlotLimits, SlotWants } from '../../services/decision/domain/guardrails/slot-wants.ts';

export type WantsChange = Partial<Omit<SlotWants, 'limits'>> & { readonly limits?: Partial<SlotLimits> };

const wide: SlotLimits = {
  maxExecutionsPerHour: 1_000,
  cooldownMs: 0,
  maxConcurrentActions: 1_000,
  maxAttemptsPerTarget: 1_000,
  circuitBreaker: { failures: 1_000, recoveryMs: 300_000 },
  concurrency: { global: 1_000, perTarget: 1_000, perNamespace: 1_000, perService: 1_000 },
  storm: { services: 1_000, percent: 0 },
  budget: { global: 0, perTarget: 0 },
};

/** An action that no guardrail minds, except for what is changed. */
export function slotWants({ limits, ...change }: WantsChange = {}): SlotWants {
  return {
    runbook: 'restart-pod',
    target: 'prod',
    namespace: 'production',
    service: 'api-server',
    resource: 'pod/production/api-server-1',
    workload: 'prod/production/api-server',
    ...change,
    limits: { ...wide, ...limits },
  };
}

/** What an action is about, as reported by one source. */
export const aboutOf = (
  { target, namespace, service }: Omit<About, 'source'> = slotWants(),
  source = 'alertmanager',
): About => ({ source, target, namespace, service });

const START_MS = Date.UTC(2026, 2, 3, 3, 0, 0);

/** Minutes after the start of a story. */
export const at = (minute: number): Date => new Date(START_MS + Math.round(minute * 60_000));
