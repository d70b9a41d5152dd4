import { BreakerState, type BreakerStatus } from '#gen/belay/v1/decision_service.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { inForce } from '#lib/control/in-force.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { type BreakerPhase, breakerPhase, type RunbookBreaker } from '../domain/guardrails/breaker.ts';
import type { Guardrails } from '../ports.ts';

export interface ListBreakersOptions {
  readonly guardrails: () => Pick<Guardrails, 'breakers'>;
  readonly active: () => readonly Runbook[];
  readonly controls: () => ControlState;
}

/** As the guardrails have them: what `control` says of them may be seconds old. */
export async function listBreakers(options: ListBreakersOptions, now: Date): Promise<BreakerStatus[]> {
  const active = new Map(options.active().map((runbook) => [runbook.name, runbook]));
  const open = inForce(options.controls(), 'breakerOpen', now).map(({ value }) => value.runbook);
  const names = [...new Set([...active.keys(), ...open])].sort();
  const breakers = await options.guardrails().breakers(names);
  return breakers.map((breaker) => toStatus(breaker, active.get(breaker.runbook), now));
}

const STATES: Readonly<Record<BreakerPhase, BreakerState>> = {
  closed: BreakerState.CLOSED,
  open: BreakerState.OPEN,
  half_open: BreakerState.HALF_OPEN,
};

function toStatus(breaker: RunbookBreaker, runbook: Runbook | undefined, now: Date): BreakerStatus {
  const { failures, openedAtMs, trial, resetAtMs } = breaker;
  const limits = runbook?.guardrails.circuitBreaker;
  const isOpen = openedAtMs > 0;
  // Nobody tries it out as long as it is not active.
  const recoveryMs = limits ? limits.recoverySeconds * 1_000 : Number.POSITIVE_INFINITY;
  return {
    runbook: breaker.runbook,
    state: STATES[breakerPhase(breaker, recoveryMs, now.getTime())],
    failures,
    opensAt: limits?.failures ?? 0,
    openedAt: isOpen ? new Date(openedAtMs) : undefined,
    trialAt: isOpen && limits ? new Date(openedAtMs + recoveryMs) : undefined,
    trial,
    resetAt: resetAtMs > 0 ? new Date(resetAtMs) : undefined,
  };
}
