import type { Clock } from '#lib/clock.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import { redactText } from '#lib/logger/redact-text.ts';
import type { CheckOutcome, HealthCheck } from './component.ts';

export type NamedOutcome = CheckOutcome & { readonly name: string };

const DEADLINE_MS = 2_000;
const FRESH_MS = 1_000;

/**
 * Runs the checks, each for 2 s at most. Probes must not become load: outcomes hold for a second, and a
 * check that hangs is not begun again beside itself.
 */
export function checkRunner(
  checks: () => readonly HealthCheck[],
  clock: Clock,
): () => Promise<readonly NamedOutcome[]> {
  const underWay = new Map<string, Promise<CheckOutcome>>();
  let latest: Promise<readonly NamedOutcome[]> | undefined;
  let freshUntilMs = Number.NEGATIVE_INFINITY;
  const outcomeOf = (check: HealthCheck): Promise<CheckOutcome> => {
    const outcome = underWay.get(check.name) ?? attempt(check).finally(() => underWay.delete(check.name));
    underWay.set(check.name, outcome);
    return withDeadline(outcome, clock);
  };
  const run = async () => {
    try {
      return await Promise.all(
        checks().map(async (check) => ({ name: check.name, ...(await outcomeOf(check)) })),
      );
    } finally {
      freshUntilMs = clock.monotonicMs() + FRESH_MS;
    }
  };
  return () => {
    if (latest && clock.monotonicMs() < freshUntilMs) return latest;
    freshUntilMs = Number.POSITIVE_INFINITY;
    latest = run();
    return latest;
  };
}

async function attempt(check: HealthCheck): Promise<CheckOutcome> {
  try {
    const outcome = await check.check();
    return { ...outcome, detail: redactText(outcome.detail) };
  } catch (error) {
    const next = error instanceof BelayError ? error.next : undefined;
    return { ok: false, detail: redactText(messageOf(error)), fix: next ?? 'the log has the details' };
  }
}

async function withDeadline(outcome: Promise<CheckOutcome>, clock: Clock): Promise<CheckOutcome> {
  const settled = new AbortController();
  const late = clock.sleep(DEADLINE_MS, settled.signal).then(() => LATE);
  try {
    return await Promise.race([outcome, late]);
  } finally {
    settled.abort();
  }
}

const LATE: CheckOutcome = {
  ok: false,
  detail: `no answer within ${DEADLINE_MS / 1_000} s`,
  fix: 'look whether what this check asks is up and can be reached from here',
};
