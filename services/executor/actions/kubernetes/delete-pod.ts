import { BelayError } from '#lib/errors.ts';
import { judgeLive } from '#lib/runbook/conditions/judge-live.ts';
import type { PodState, WorkloadState } from '../../ports.ts';
import type { Facts, Observation } from '../../domain/observation.ts';
import type { Action, ActionContext } from '../action.ts';
import { checkDeletion } from '../../domain/deletion-checks.ts';
import { Arguments } from './arguments.ts';
import { podFacts } from './pod-facts.ts';

interface DeletePodArgs {
  readonly namespace: string;
  readonly pod: string;
}

/** Deletes one pod that its controller replaces. The uid is the precondition, so it happens at most once. */
export const deletePod: Action<DeletePodArgs> = {
  name: 'kubernetes.deletePod',
  parse: (given) => {
    const args = new Arguments('kubernetes.deletePod', given);
    return { namespace: args.name('namespace'), pod: args.name('pod') };
  },
  resource: ({ namespace, pod }) => ({ kind: 'pod', namespace, name: pod }),
  observe,
  run: async ({ namespace, pod }, before, { cluster }) => {
    const outcome = await cluster.deletePod({ namespace, name: pod, uid: textOf(before, 'uid') });
    if (outcome === 'deleted') return { status: 'success', output: `deleted pod ${namespace}/${pod}` };
    const reason =
      outcome === 'gone'
        ? `pod ${namespace}/${pod} was gone before it was deleted`
        : `pod ${namespace}/${pod} is another one by now: it was left alone`;
    return { status: 'not_done', reason };
  },
  reconcile: async ({ namespace, pod }, before, { cluster }) => {
    const found = await cluster.pod(namespace, pod);
    return !found || found.uid !== before['uid'] || found.terminating ? 'done' : 'not_done';
  },
  sample,
  isAtRest: (facts) =>
    facts['replacementReady'] === true && facts['availableReplicas'] === facts['desiredReplicas'],
};

async function observe(args: DeletePodArgs, context: ActionContext): Promise<Observation> {
  const scene = await look(args, context);
  const { pod, workload, pods, owner } = scene;
  const live = podFacts(scene);
  const judge = (expression: string) => judgeLive(expression, { ...context.known, live });
  const checks = checkDeletion(
    { namespace: args.namespace, name: args.pod, ...scene, judge },
    context.limits,
  );
  const redundant = pods.some((peer) => peer.ready && !peer.terminating && peer.uid !== pod?.uid);
  return {
    uid: pod?.uid ?? '',
    owner,
    checks,
    before: pod && workload ? beforeOf(pod, workload, pods) : {},
    risk: redundant ? 'low' : 'high',
    binding: { uid: pod?.uid ?? '', workloadUid: workload?.uid ?? '', owner },
    changes: pod ? [`pod ${args.namespace}/${args.pod} is deleted${workload ? ' and replaced' : ''}`] : [],
  };
}

async function look({ namespace, pod: name }: DeletePodArgs, context: ActionContext) {
  const { cluster } = context;
  const pod = await cluster.pod(namespace, name);
  const workload = pod && (await cluster.workloadOf(pod));
  if (!workload) return { pod, workload, ...NO_OWNER };
  const owner = `${workload.kind}/${namespace}/${workload.name}`;
  const held = await context.hold(owner);
  const [pods, recentActions] = await Promise.all([cluster.podsOf(workload), context.recentActions(owner)]);
  return { pod, workload, owner, ...held, pods, recentActions };
}

const NO_OWNER = { owner: '', holder: '', isHeld: false, pods: [], recentActions: 0 } as const;

function beforeOf(pod: PodState, workload: WorkloadState, pods: readonly PodState[]): Facts {
  return {
    uid: pod.uid,
    workloadKind: workload.kind,
    workload: workload.name,
    replicas: workload.desired,
    readyReplicas: workload.ready,
    // A replacement is a pod that was not there before, whatever it is called.
    pods: pods.map((p) => p.uid).join(','),
  };
}

async function sample(
  { namespace, pod }: DeletePodArgs,
  before: Facts,
  { cluster }: ActionContext,
): Promise<Facts> {
  const workload = await cluster.workload({
    kind: textOf(before, 'workloadKind'),
    namespace,
    name: textOf(before, 'workload'),
  });
  if (!workload) return { replacementReady: false, workloadGone: true };
  const known = new Set(textOf(before, 'pods').split(','));
  const pods = await cluster.podsOf(workload);
  const ready = pods.filter((p) => !known.has(p.uid) && p.ready && !p.terminating);
  const old = pods.find((p) => p.name === pod && p.uid === before['uid']);
  return {
    oldPodGone: old === undefined,
    replacementReady: old === undefined && ready.length > 0,
    ...(ready[0] && { replacement: ready[0].name }),
    desiredReplicas: workload.desired,
    readyReplicas: workload.ready,
    availableReplicas: workload.available,
  };
}

function textOf(facts: Facts, name: string): string {
  const value = facts[name];
  if (typeof value === 'string') return value;
  throw new BelayError('internal', `the before-state lacks ${name}`, {
    code: 'BEFORE_STATE_INCOMPLETE',
    field: name,
  });
}
