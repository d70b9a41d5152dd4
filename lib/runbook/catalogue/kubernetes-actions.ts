import type { ActionSpec, ParameterSpec } from './action-spec.ts';

const namespace: ParameterSpec = {
  type: 'kubernetesNamespace',
  required: true,
  description: 'Namespace of the resource.',
};
const pod: ParameterSpec = { type: 'kubernetesName', required: true, description: 'Name of the pod.' };
const node: ParameterSpec = { type: 'kubernetesName', required: true, description: 'Name of the node.' };
const workload = {
  namespace,
  kind: {
    type: 'text',
    allowedValues: ['deployment', 'statefulset', 'daemonset'],
    description: 'Kind of the workload. Default: deployment.',
  },
  name: { type: 'kubernetesName', required: true, description: 'Name of the workload.' },
} as const satisfies Readonly<Record<string, ParameterSpec>>;

export const kubernetesActions = {
  'kubernetes.deletePod': {
    summary: 'Deletes one pod that its controller replaces.',
    parameters: { namespace, pod },
    minimumRisk: 'low',
    isReversible: true,
  },
  'kubernetes.evictPod': {
    summary: 'Evicts one pod; the disruption budget may refuse.',
    parameters: { namespace, pod },
    minimumRisk: 'low',
    isReversible: true,
  },
  'kubernetes.rolloutRestart': {
    summary: 'Replaces every pod of a workload, as its update strategy says.',
    parameters: workload,
    minimumRisk: 'medium',
    isReversible: true,
  },
  'kubernetes.scale': {
    summary: 'Sets or raises the replicas of a workload. The plan shows the absolute count.',
    parameters: {
      ...workload,
      replicas: { type: 'integer', minimum: 1, maximum: 10_000, description: 'The absolute count.' },
      addReplicas: {
        type: 'integer',
        minimum: -100,
        maximum: 100,
        description: 'The change; added to the count read live, once.',
      },
      predictedLoad: {
        type: 'number',
        minimum: 0,
        needs: ['currentLoad', 'maxReplicas'],
        description: 'The count follows from it, up only: predicted / (current / replicas) + 1.',
      },
      currentLoad: { type: 'number', minimum: 0, description: 'The load that the replicas carry now.' },
      maxReplicas: { type: 'integer', minimum: 1, maximum: 10_000, description: 'Never more than this.' },
      minReplicas: { type: 'integer', minimum: 1, maximum: 10_000, description: 'Never fewer than this.' },
      onlyUp: { type: 'boolean', description: 'Refuse to lower the count.' },
    },
    choices: [{ of: ['replicas', 'addReplicas', 'predictedLoad'], isNeeded: true }],
    minimumRisk: 'low',
    isReversible: true,
  },
  'kubernetes.rolloutUndo': {
    summary: 'Takes a workload back to an earlier revision.',
    parameters: {
      ...workload,
      toRevision: {
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000_000,
        description: 'The revision. Default: the one before the current.',
      },
    },
    minimumRisk: 'high',
    isReversible: true,
  },
  'kubernetes.scaleToZero': {
    summary: 'Stops every pod of a workload.',
    parameters: workload,
    minimumRisk: 'high',
    isReversible: true,
    needsPerson: true,
  },
  'kubernetes.runJob': {
    summary: 'Starts a Job from a CronJob that is already in the namespace.',
    parameters: {
      namespace,
      cronJob: { type: 'kubernetesName', required: true, description: 'The CronJob to take it from.' },
    },
    minimumRisk: 'medium',
    isReversible: false,
  },
  'kubernetes.cordonNode': {
    summary: 'Keeps new pods off a node.',
    parameters: { node },
    minimumRisk: 'medium',
    isReversible: true,
  },
  'kubernetes.drainNode': {
    summary: 'Cordons a node and evicts its pods, as their disruption budgets allow.',
    parameters: {
      node,
      gracePeriodSeconds: {
        type: 'integer',
        minimum: 0,
        maximum: 3_600,
        description: 'For each pod. Default: its own.',
      },
    },
    minimumRisk: 'high',
    isReversible: true,
  },
  'kubernetes.collectDiagnostics': {
    summary: 'Reads logs, events and descriptions. Changes nothing.',
    parameters: {
      namespace,
      kind: {
        type: 'text',
        allowedValues: ['pod', 'deployment', 'statefulset', 'daemonset'],
        description: 'Kind of the resource. Default: pod.',
      },
      name: { type: 'kubernetesName', required: true, description: 'Name of the resource.' },
      logLines: { type: 'integer', minimum: 0, maximum: 10_000, description: 'For each container.' },
    },
    minimumRisk: 'low',
    isReversible: true,
    isReadOnly: true,
  },
} as const satisfies Readonly<Record<string, ActionSpec>>;
