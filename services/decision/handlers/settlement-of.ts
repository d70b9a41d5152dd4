import {
  type ActionResolved,
  type ActionSettled,
  Effect,
  ResolvedAs,
  SettledOutcome,
} from '#gen/belay/v1/verification.ts';
import type { SlotOutcome } from '../domain/guardrails/breaker.ts';
import type { Settlement } from '../ports.ts';

/** What the end of an action means for what it held. */
export function settlementOf({ decisionId, outcome, effect, settledAt }: ActionSettled): Settlement {
  // The decoder has refused events without it.
  return { decisionId, outcome: slotOutcome(outcome, effect), at: settledAt as Date };
}

/** A person has looked: the workload is free again. What an unknown outcome counted stays counted. */
export function resolutionOf({ decisionId, resolvedAs, resolvedAt }: ActionResolved): Settlement {
  const outcome = resolvedAs === ResolvedAs.NOT_DONE ? 'none' : 'failed';
  return { decisionId, outcome, at: resolvedAt as Date };
}

const NOTHING_HAPPENED: Readonly<Partial<Record<Effect, SlotOutcome>>> = {
  [Effect.NONE]: 'none',
  [Effect.DONE]: 'failed',
};

/** Whatever is claimed of an order that did not run: only an effect that is known to be none counts as none. */
function slotOutcome(outcome: SettledOutcome, effect: Effect): SlotOutcome {
  switch (outcome) {
    case SettledOutcome.VERIFIED:
      return 'succeeded';
    case SettledOutcome.FAILED:
    case SettledOutcome.ROLLED_BACK:
    case SettledOutcome.INCONCLUSIVE:
    case SettledOutcome.ERROR:
      return 'failed';
    case SettledOutcome.REFUSED:
    case SettledOutcome.ABORTED:
    case SettledOutcome.NEVER_STARTED:
      return NOTHING_HAPPENED[effect] ?? 'unknown';
    default:
      return 'unknown';
  }
}
