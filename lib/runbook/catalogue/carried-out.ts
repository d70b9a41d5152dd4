import type { Runbook } from '../runbook.ts';

/**
 * What of the catalogue somebody carries out today. The rest can be written, reviewed and linted, and is left to
 * people. test/checks/runbook-catalogue.test.ts holds this list to what executors and the verifier implement.
 */
export const carriedOut = {
  actions: ['kubernetes.deletePod'],
  preChecks: ['replicas_greater_than_one', 'recent_restarts_less_than_three'],
  /** Read live, before or after the action. */
  facts: [
    'uid',
    'workload',
    'workloadKind',
    'workloadGone',
    'replicas',
    'desiredReplicas',
    'readyReplicas',
    'availableReplicas',
    'oldPodGone',
    'replacementReady',
    'replacement',
  ],
  outcomeChecks: ['replacement_pod_ready_within_timeout', 'available_replicas_equal_desired_replicas'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What executors can work out on live state before anything is done: also of actions that nobody carries out yet. */
export const planned = {
  actions: [
    'kubernetes.deletePod',
    'kubernetes.rolloutRestart',
    'kubernetes.rolloutUndo',
    'kubernetes.scale',
  ],
  /** Each for some of these actions. */
  preChecks: [
    'namespace_allowed',
    'deployment_exists',
    'enough_ready_peers',
    'replicas_greater_than_one',
    'recent_restarts_less_than_three',
    'not_already_rolling_out',
    'current_replicas_below_max',
    'quota_available',
    'previous_revision_available',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Why no executor can carry this runbook out, or undefined where one can. A test may assume actions besides. */
export function beyondExecutors(
  { steps }: Pick<Runbook, 'steps'>,
  assumed: readonly string[] = [],
): string | undefined {
  return beyond(steps, 'does', (action) => isCarriedOut(action) || assumed.includes(action));
}

/** Why no executor can plan this runbook, or undefined where one can. */
export function plannable({ steps }: Pick<Runbook, 'steps'>): string | undefined {
  return beyond(steps, 'plans', (action) => (planned.actions as readonly string[]).includes(action));
}

function beyond(
  steps: Runbook['steps'],
  does: string,
  isKnown: (action: string) => boolean,
): string | undefined {
  const unknown = steps.find(({ action }) => !isKnown(action));
  if (unknown) return `no executor ${does} ${unknown.action} yet`;
  if (steps.length > 1) return `no executor ${does} more than one step yet`;
  const judged = steps.find(({ when, validation }) => when !== undefined || validation !== undefined);
  // Left out of the plan it would run unasked, or count unseen.
  if (judged) return `no executor judges the condition of step ${judged.id} yet`;
  return undefined;
}

export const isCarriedOut = (action: string): boolean =>
  (carriedOut.actions as readonly string[]).includes(action);
