import type { ConditionFacts } from '#lib/runbook/conditions/bind-facts.ts';
import { judgeLive } from '#lib/runbook/conditions/judge-live.ts';
import type { Facts } from '../../domain/observation.ts';
import type { WorkloadScene } from '../../domain/workload-checks.ts';
import type { ActionContext } from '../action.ts';
import { refOf, type WorkloadArgs } from './workload-arguments.ts';

export type WorkloadView = Omit<WorkloadScene, 'judge'> & { readonly owner: string };

/** The workload, held before it is read. */
export async function lookAtWorkload(args: WorkloadArgs, context: ActionContext): Promise<WorkloadView> {
  const ref = refOf(args);
  const owner = `${ref.kind}/${ref.namespace}/${ref.name}`;
  const held = await context.hold(owner);
  const [workload, recentActions] = await Promise.all([
    context.cluster.deployed(ref),
    context.recentActions(owner),
  ]);
  return { ref, owner, workload, recentActions, ...held };
}

/** What expressions of a runbook are judged on: this, and what the action has read besides. */
export function judgeOf(
  { ref, workload, recentActions }: WorkloadView,
  { known }: ActionContext,
  more: ConditionFacts,
): WorkloadScene['judge'] {
  const live = {
    ...(workload && {
      ...{ kind: ref.kind.toLowerCase(), name: ref.name, namespace: ref.namespace },
      ...{ uid: workload.uid, labels: workload.labels },
      ...{ workload: workload.name, workloadKind: workload.kind },
      ...{ replicas: workload.desired, desiredReplicas: workload.desired },
      ...{ readyReplicas: workload.ready, availableReplicas: workload.available },
      ...{ readyPeers: workload.ready, rollingOut: workload.rollingOut },
    }),
    recentRestarts: recentActions,
    ...more,
  };
  return (expression) => judgeLive(expression, { ...known, live });
}

/** What any change of a workload notes of it beforehand. */
export function workloadBefore({ workload }: WorkloadView): Facts {
  if (!workload) return {};
  return {
    uid: workload.uid,
    workloadKind: workload.kind,
    workload: workload.name,
    replicas: workload.desired,
    readyReplicas: workload.ready,
    availableReplicas: workload.available,
  };
}

/** Whoever approves a change of this workload approves it for no other of the same name. */
export const workloadBinding = ({ owner, workload }: WorkloadView): Facts => ({
  owner,
  uid: workload?.uid ?? '',
});

export function allReplaced({ ref, workload }: WorkloadView): string {
  return `every pod of ${ref.kind} ${ref.namespace}/${ref.name} is replaced (${workload?.desired ?? 0})`;
}
