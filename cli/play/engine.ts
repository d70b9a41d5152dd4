import { Mode } from '#gen/belay/v1/common.ts';
import type { ControlSet } from '#gen/belay/v1/control.ts';
import type { DecisionMade, OrderIssued } from '#gen/belay/v1/decision.ts';
import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { ActionResolved, ActionSettled } from '#gen/belay/v1/verification.ts';
import { noControls } from '#lib/control/control-state.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { memoryGuardrails } from '../../services/decision/adapters/memory-guardrails.ts';
import { KEEP_COOLDOWN_MS } from '../../services/decision/domain/guardrails/forget-old.ts';
import type { BreakerReset } from '../../services/decision/domain/guardrails/reset-breaker.ts';
import { guardrailChecksOf } from '../../services/decision/handlers/guardrail-checks.ts';
import { refillInOrder } from '../../services/decision/handlers/refill-in-order.ts';
import { resetOf } from '../../services/decision/handlers/reset-of.ts';
import { resolutionOf, settlementOf } from '../../services/decision/handlers/settlement-of.ts';
import { slotWantsOf } from '../../services/decision/handlers/slot-wants.ts';
import { aboutOf, stormCountOf } from '../../services/decision/handlers/storm-count.ts';
import type { LoggedDecision, Refill, Settlement } from '../../services/decision/ports.ts';
import { decideReport } from './decide-report.ts';
import type { Policy } from './policy.ts';

export type { BreakerReset, Settlement };

/** A decision of the log with what it ordered, and what came of it so far. */
export interface PastDecision {
  readonly made: DecisionMade;
  readonly decidedAt: Date;
  readonly issued: OrderIssued | undefined;
  readonly settlements: readonly Settlement[];
}

/** How far back guardrails remember: the longest cooldown, and a day for the run before it. */
export const MEMORY_MS = KEEP_COOLDOWN_MS + 86_400_000;

export interface EngineOptions {
  readonly runbooks: readonly Runbook[];
  readonly policy: Policy;
  /** What the guardrails remember: these decisions, and what settled them before `since`. */
  readonly past: readonly PastDecision[];
  /** Those from before `since` count. */
  readonly resets: readonly BreakerReset[];
  readonly since: Date;
}

/** Decision's handler and guardrails, in memory and at any time. Time must not go back from call to call. */
export interface Engine {
  /** With every switch released, and an executor at each of the targets. */
  decide(report: IncidentReported, targets: readonly string[], now: Date): Promise<DecisionMade>;
  /** Takes a decision as it was made, if the guardrails still let it through. */
  repeat(decision: PastDecision): Promise<void>;
  settle(settlement: Settlement): Promise<void>;
  reset(reset: BreakerReset): Promise<void>;
}

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { runbooks, policy } = options;
  const guardrails = memoryGuardrails();
  await guardrails.rebuild((into) => refill(into, options));
  return {
    decide: async (report, targets, now) => {
      const controls = () => ({ ...noControls, heartbeatAt: now });
      const deciding = { guardrails, runbooks: () => runbooks, policy, targets, controls };
      return (await decideReport(report, deciding, now)).made;
    },
    repeat: async (decision) => {
      const { decisionId, wants, record, decidedAt } = loggedDecision(decision);
      const about = aboutOf(decision.made);
      const asked = { decisionId, about, record, now: decidedAt };
      // What people approved counts towards no storm.
      if (wants && decision.made.mode !== Mode.AUTO_EXECUTE) await guardrails.grant({ ...asked, wants });
      // Nor does what somebody ran by hand, and none refuses it.
      else await guardrails.decide({ ...asked, wants, byPerson: decision.made.storm === undefined });
    },
    settle: async (settlement) => void (await guardrails.settle(settlement)),
    reset: async (reset) => void (await guardrails.resetBreaker(reset)),
  };
}

/** What an event of the log means for the guardrails. */
export const settledBy = (data: ActionSettled): Settlement => settlementOf(data);
export const resetBy = (data: ControlSet): BreakerReset | undefined => resetOf(data);
export const resolvedBy = (data: ActionResolved): Settlement => resolutionOf(data);

async function refill(into: Refill, { past, resets, since }: EngineOptions): Promise<void> {
  const isBefore = ({ at }: { readonly at: Date }) => at < since;
  const decisions = past.map(loggedDecision);
  const settlements = past.flatMap((decision) => decision.settlements).filter(isBefore);
  const history = { decisions, settlements, resets: resets.filter(isBefore) };
  await refillInOrder(into, history, (decision) => decision);
}

function loggedDecision({ made, decidedAt, issued }: PastDecision): LoggedDecision {
  return {
    decisionId: made.decisionId,
    about: aboutOf(made),
    // Nobody will ask for what was published.
    record: '{}',
    wants: issued && slotWantsOf(issued),
    checks: guardrailChecksOf(made),
    trial: issued?.trial ?? false,
    storm: stormCountOf(made),
    // What people had to approve was counted from when they did.
    decidedAt: issued?.issuedAt ?? decidedAt,
  };
}
