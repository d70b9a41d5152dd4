import type { ListStormsResponse, StormStatus } from '#gen/belay/v1/decision_service.ts';
import type { PolicyLimits } from '../domain/guardrails/slot-wants.ts';
import type { StandingStorm } from '../domain/guardrails/standing-storms.ts';
import { stormEndsAtMs, stormLimit } from '../domain/guardrails/storm.ts';
import type { Guardrails } from '../ports.ts';

export interface ListStormsOptions {
  readonly guardrails: () => Pick<Guardrails, 'storms'>;
  readonly policy: Pick<PolicyLimits, 'storm'>;
}

/** Those that stand, beside the limit that the next decision is made with. Reads, and takes nothing. */
export async function listStorms(
  { guardrails, policy }: ListStormsOptions,
  now: Date,
): Promise<ListStormsResponse> {
  const standing = await guardrails().storms(now);
  return { storms: standing.map((storm) => toStatus(storm, policy)), readAt: now };
}

const toStatus = (standing: StandingStorm, { storm }: ListStormsOptions['policy']): StormStatus => ({
  // No incident is without a source.
  source: standing.source ?? '',
  startedAt: new Date(standing.startedAtMs),
  endsAt: new Date(stormEndsAtMs(standing)),
  services: standing.count,
  limit: stormLimit(standing, storm),
});
