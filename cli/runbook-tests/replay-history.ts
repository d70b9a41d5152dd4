import { OrderIssued } from '#gen/belay/v1/decision.ts';
import { matchRunbook } from '#lib/runbook/match-runbook.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Execution } from '#lib/runbook/tests/test-file.ts';
import type { SlotWants } from '../../services/decision/domain/guardrails/slot-wants.ts';
import { slotLimitsOf, slotWantsOf } from '../../services/decision/handlers/slot-wants.ts';
import type { Guardrails, Settlement } from '../../services/decision/ports.ts';
import { resourceOf, type Scene, scopeOf, TARGET } from './scene.ts';

const MINUTE_MS = 60_000;

/**
 * What has happened, into the guardrails: each run reserved and settled at its time. Says what cannot have
 * happened: nothing runs while the circuit is open, or on a workload that is locked.
 */
export async function replayHistory(scene: Scene, guardrails: Guardrails): Promise<readonly string[]> {
  const impossible: string[] = [];
  const runs = scene.test.history.map((execution, index) => ({ execution, number: index + 1 }));
  for (const { execution, number } of runs.toSorted(
    (a, b) => b.execution.minutesAgo - a.execution.minutesAgo,
  )) {
    const at = new Date(scene.now.getTime() - execution.minutesAgo * MINUTE_MS);
    const decisionId = `history-${number}`;
    const wants = wantsOf(execution, number, scene);
    const about = { source: '', ...wants };
    // Granted, so that what has happened is nobody's storm.
    const slot = await guardrails.grant({ decisionId, about, wants, record: '{}', now: at });
    const refused = slot.checks.find(({ result }) => result === 'refuse');
    const outcome = OUTCOMES[execution.outcome];
    if (refused) impossible.push(`run ${number} could not have happened: ${refused.reason}`);
    else if (outcome) await guardrails.settle({ decisionId, outcome, at });
  }
  return impossible;
}

const OUTCOMES: Readonly<Record<Execution['outcome'], Settlement['outcome'] | undefined>> = {
  verified: 'succeeded',
  failed: 'failed',
  unknown: 'unknown',
  none: 'none',
  running: undefined,
};

/** Counted under what an order would be. */
function wantsOf(execution: Execution, number: number, { test, runbooks, incident }: Scene): SlotWants {
  const { service = test.incident.service } = execution;
  const scope = scopeOf(test, runbooks);
  // A pod that was replaced has another name by now, so nothing was tried on the reported one yet.
  const gone =
    scope.kind === 'pod' ? { kind: 'pod', name: `${service}-gone-${number}` } : test.incident.resource;
  const resource = resourceOf(execution.resource ?? gone, service, scope);
  const matched = matchRunbook(runbooks, incident)?.runbook ?? runbooks[0];
  return slotWantsOf(
    OrderIssued.fromPartial({
      runbook: { name: execution.runbook ?? matched?.name ?? '' },
      target: resource?.target ?? TARGET,
      plan: { ...(resource && { resource }), service },
      ...(matched && { slotLimits: slotLimitsOf(asItHappened(matched), UNLIMITED) }),
    }),
  );
}

const MANY = 1_000_000;
const UNLIMITED = {
  concurrency: { global: MANY, perTarget: MANY, perNamespace: MANY, perService: MANY },
  storm: { services: MANY, percent: 0 },
  budget: { global: 0, perTarget: 0 },
};

/** What was done was allowed then, whatever the limits are now. Only the breaker has a memory of its own. */
function asItHappened({ guardrails }: Runbook): Runbook['guardrails'] {
  return {
    ...guardrails,
    maxExecutionsPerHour: MANY,
    cooldownMinutes: 0,
    maxConcurrentActions: MANY,
    maxAttemptsPerTarget: MANY,
  };
}
