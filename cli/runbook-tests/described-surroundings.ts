import { conditionFactsOf } from '#lib/runbook/tests/live-facts.ts';
import type { RunbookTest } from '#lib/runbook/tests/test-file.ts';
import type { Cluster, DeployedWorkload, Revision, WorkloadState } from '../../services/executor/ports.ts';

type Live = NonNullable<RunbookTest['live']>;
type Surroundings = Pick<Cluster, 'deployed' | 'revisionsOf' | 'autoscalersOf' | 'quotasOf'>;

/** What a test says of revisions and room, as a target shows it. What it does not say is not there. */
export function describedSurroundings(live: Live, workload: () => WorkloadState | undefined): Surroundings {
  const { labels = {}, revision, previousRevision, quotaRemaining } = conditionFactsOf(live);
  const current = typeof revision === 'number' ? revision : 0;
  const items =
    typeof quotaRemaining === 'number' ? [{ resource: 'pods', hard: quotaRemaining, used: 0 }] : [];
  const deployed = (found: WorkloadState): DeployedWorkload => ({
    ...found,
    template: {
      labels: labels as WorkloadState['labels'],
      hash: `${current}`,
      images: {},
      demand: { pods: 1 },
    },
    rollout: { strategy: 'RollingUpdate', replacesAll: true, isPaused: false, maxUnavailable: 1 },
    revision: current,
  });
  return {
    deployed: async () => {
      const found = workload();
      return found && deployed(found);
    },
    revisionsOf: async () => [revision, previousRevision].flatMap(revisionOf),
    autoscalersOf: async () => [],
    quotasOf: async () => (items.length > 0 ? [{ name: 'described', isScoped: false, items }] : []),
  };
}

const revisionOf = (number: unknown): Revision[] =>
  typeof number === 'number' ? [{ number, template: `${number}`, images: {} }] : [];
