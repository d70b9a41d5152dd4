import type {
  GuardrailCounters,
  ListGuardrailsRequest,
  ListGuardrailsResponse,
} from '#gen/belay/v1/decision_service.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { checkScopes } from '../domain/guardrails/check-slot.ts';
import type { Observed } from '../domain/guardrails/observed.ts';
import type { PolicyLimits, SlotWants } from '../domain/guardrails/slot-wants.ts';
import type { Guardrails } from '../ports.ts';
import { limitsOf } from './slot-wants.ts';
import { toProtoCheck } from './to-proto.ts';

export interface ListGuardrailsOptions {
  readonly guardrails: () => Pick<Guardrails, 'recentRuns' | 'observe'>;
  readonly active: () => readonly Runbook[];
  readonly policy: PolicyLimits;
}

/** Nobody reads more. */
const MOST_ROWS = 500;

/** What was used up, beside the limits that the next decision is made with. Reads, and takes nothing. */
export async function listGuardrails(
  { runbook, service }: ListGuardrailsRequest,
  { guardrails, active, policy }: ListGuardrailsOptions,
  now: Date,
): Promise<ListGuardrailsResponse> {
  const store = guardrails();
  const limits = new Map(active().map((one) => [one.name, limitsOf(one.guardrails, policy)]));
  const fits = (wants: SlotWants) =>
    (runbook === '' || wants.runbook === runbook) && (service === '' || wants.service === service);
  const found = (await store.recentRuns(now)).filter(fits);
  const shown = found
    .slice(0, MOST_ROWS)
    .map((wants) => ({ ...wants, limits: limits.get(wants.runbook) ?? wants.limits }));
  const observed = await store.observe(shown, now);
  const counters = shown.flatMap((wants, i) => {
    const seen = observed[i];
    return seen ? [countersOf(wants, seen, now)] : [];
  });
  return { counters, readAt: now, hasMore: found.length > shown.length };
}

function countersOf(wants: SlotWants, seen: Omit<Observed, 'storm'>, now: Date): GuardrailCounters {
  const { runbook, target, namespace, service, resource } = wants;
  const checks = checkScopes(seen, wants, now).map(toProtoCheck);
  return { runbook, target, namespace, service, resource, checks };
}
