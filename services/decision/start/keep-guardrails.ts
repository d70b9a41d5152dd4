import type { Cases, Guardrails } from '../ports.ts';
import { startRebuilder } from '../workers/rebuild.ts';
import { startOrphanSweep } from '../workers/start-orphan-sweep.ts';
import { type Around, GROUP, type Keep } from './around.ts';

/** Filled from the log where they are not what they were, and rid of what was never ordered. */
export function keepGuardrails(
  guardrails: Guardrails,
  cases: Cases,
  { config, platform: { bus, clock }, logger, publish }: Around,
  keep: Keep,
): void {
  const rebuilder = startRebuilder({ guardrails, bus, clock, logger });
  keep(() => rebuilder.stop());
  const { actWithinMs } = config.policy;
  const around = { bus, clock, logger, publish, group: GROUP };
  const sweeper = startOrphanSweep({ guardrails, cases, actWithinMs, ...around });
  keep(() => sweeper.stop());
}
