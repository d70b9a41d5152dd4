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
import { unknownRunbook } from './commands/runbook.ts';
import { limitsOf } from './slot-wants.ts';
import { toProtoCheck } from './to-proto.ts';

export interface ListGuardrailsOptions {
  readonly guardrails: () => Pick<Guardrails, 'recentRuns' | 'observe'>;
  readonly active: () => readonly Runbook[];
  /** The names of the active ones. */
  readonly runbooks: () => readonly string[];
  /** Whatever became of it. */
  readonly isRegistered: (runbook: string) => Promise<boolean>;
  readonly policy: PolicyLimits;
}

/** Nobody reads more. */
const MOST_ROWS = 500;

/** What was used up, beside the limits that the next decision is made with. Reads, and takes nothing. */
export async function listGuardrails(
  { runbook, service }: ListGuardrailsRequest,
  options: ListGuardrailsOptions,
  now: Date,
): Promise<ListGuardrailsResponse> {
  const { guardrails, active, policy } = options;
  const store = guardrails();
  const limits = new Map(active().map((one) => [one.name, limitsOf(one.guardrails, policy)]));
  const ofRunbook = (await store.recentRuns(now)).filter(
    (wants) => runbook === '' || wants.runbook === runbook,
  );
  if (runbook !== '' && ofRunbook.length === 0) await refuseUnknown(runbook, options);
  const found = ofRunbook.filter((wants) => service === '' || wants.service === service);
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

/** An empty list would say that nothing was used up. */
async function refuseUnknown(
  runbook: string,
  { runbooks, isRegistered }: ListGuardrailsOptions,
): Promise<void> {
  const unknown = unknownRunbook(runbook, { runbooks: runbooks() });
  if (unknown && !(await isRegistered(runbook))) throw unknown;
}

function countersOf(wants: SlotWants, seen: Omit<Observed, 'storm'>, now: Date): GuardrailCounters {
  const { runbook, target, namespace, service, resource } = wants;
  const checks = checkScopes(seen, wants, now).map(toProtoCheck);
  return { runbook, target, namespace, service, resource, checks };
}
