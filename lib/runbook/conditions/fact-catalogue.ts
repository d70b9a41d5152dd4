import {
  BOOL,
  COUNT,
  type FactType,
  NUMBER,
  PERCENT,
  RATIO,
  TEXT,
  TEXT_MAP,
  TEXTS,
  TIME,
} from './fact-types.ts';

/**
 * What executors read at their targets. An expression about anything else would wait for a fact that nobody
 * delivers, so it does not load.
 */
const liveFacts: Readonly<Record<string, FactType>> = {
  uid: TEXT,
  kind: TEXT,
  name: TEXT,
  namespace: TEXT,
  labels: TEXT_MAP,
  node: TEXT,
  workload: TEXT,
  workloadKind: TEXT,
  workloadGone: BOOL,
  replicas: COUNT,
  desiredReplicas: COUNT,
  readyReplicas: COUNT,
  availableReplicas: COUNT,
  updatedReplicas: COUNT,
  readyPeers: COUNT,
  maxReplicas: COUNT,
  recentRestarts: COUNT,
  rollingOut: BOOL,
  revision: COUNT,
  previousRevision: COUNT,
  oldPodGone: BOOL,
  replacementReady: BOOL,
  replacement: TEXT,
  podsRunning: COUNT,
  desiredCount: COUNT,
  runningCount: COUNT,
  pendingCount: COUNT,
  quotaRemaining: COUNT,
  diskUsedPercent: PERCENT,
  cpuRatio: COUNT,
  memoryRatio: COUNT,
  healthy: BOOL,
  primary: TEXT,
  primaryHealthy: BOOL,
  clientsConnected: COUNT,
  replicaLagSeconds: COUNT,
  status: TEXT,
};

const section = (fields: Readonly<Record<string, FactType>>): FactType => ({ kind: 'section', fields });

const incident = section({
  id: TEXT,
  service: TEXT,
  symptom: TEXT,
  probableCause: TEXT,
  confidence: RATIO,
  namespace: TEXT,
  resourceKind: TEXT,
  resourceName: TEXT,
  labels: TEXT_MAP,
  context: TEXT_MAP,
  affectedServices: TEXTS,
  ageSeconds: COUNT,
});
const history = section({
  executions: COUNT,
  executionsLastHour: COUNT,
  failuresLastHour: COUNT,
  minutesSinceLast: COUNT,
  successRate: RATIO,
});
const dependencies: FactType = { kind: 'map', of: section({ down: BOOL, healthy: BOOL }) };
const facts = section(liveFacts);
const everywhere = { incident, history, now: TIME } as const;

/** Where an expression stands decides what it can talk about. */
export const scopes = {
  /** Right before acting: preChecks and `when`. */
  live: { ...everywhere, live: facts, before: facts, dependencies },
  /** `expect` of a check with a metric. */
  metric: { ...everywhere, before: NUMBER, after: NUMBER },
  /** `expect` of a check of the resource. */
  outcome: { ...everywhere, before: facts, after: facts, dependencies },
  /** Validation of what a step returned. */
  result: { ...everywhere, before: facts, result: section({ output: TEXT, exitCode: NUMBER }) },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FactType>>>>;

export type ScopeName = keyof typeof scopes;
export type Scope = Readonly<Record<string, FactType>>;
