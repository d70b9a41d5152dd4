import type { Platform } from '#lib/platform/platform.ts';

/** Every metric of this service: the names here are the names that Prometheus sees. */
export const METRICS = {
  decisions: {
    name: 'belay_decisions_total',
    type: 'counter',
    help: 'Decisions that were made, by runbook and mode.',
    labels: ['runbook', 'mode'],
  },
  guardrailChecks: {
    name: 'belay_guardrail_checks_total',
    type: 'counter',
    help: 'Answers of guardrails to decisions, by guardrail: pass or refuse.',
    labels: ['guardrail', 'result'],
  },
  approvals: {
    name: 'belay_approvals_total',
    type: 'counter',
    help: 'Answers of people to approvals, and those that lapsed.',
    labels: ['runbook', 'answer'],
  },
  nextDeadline: {
    name: 'belay_approval_next_deadline_timestamp_seconds',
    type: 'gauge',
    help: 'When the next approval lapses, in seconds since 1970. Absent while none waits.',
    labels: [],
  },
  circuitState: {
    name: 'belay_circuit_state',
    type: 'gauge',
    help: '1 for the state that the circuit breaker of a runbook is in, 0 for the others. Absent while unknown.',
    labels: ['runbook', 'state'],
  },
  runbookInfo: {
    name: 'belay_runbook_info',
    type: 'gauge',
    help: 'Always 1; the labels say which version of a runbook is active, and how freely.',
    labels: ['runbook', 'version', 'mode', 'risk'],
  },
  killSwitchEngaged: {
    name: 'belay_kill_switch_engaged',
    type: 'gauge',
    help: 'How many kill switches are engaged: that of all targets, and those of one.',
    labels: [],
  },
  freezesActive: {
    name: 'belay_freezes_active',
    type: 'gauge',
    help: 'Freezes in force.',
    labels: [],
  },
  stormActive: {
    name: 'belay_storm_active',
    type: 'gauge',
    help: '1 while nothing of a source runs by itself because too much comes at once. Without a source: of all, 0 or 1.',
    labels: ['source'],
  },
  storeReady: {
    name: 'belay_guardrail_store_ready',
    type: 'gauge',
    help: '1 while the guardrails answer. Nothing runs while they do not.',
    labels: [],
  },
} as const;

type Labels<K extends keyof typeof METRICS> = Record<(typeof METRICS)[K]['labels'][number], string>;

interface Count<K extends keyof typeof METRICS> {
  add(value: number, labels: Labels<K>): void;
}

export interface DecisionMetrics {
  readonly decisions: Count<'decisions'>;
  readonly guardrailChecks: Count<'guardrailChecks'>;
  readonly approvals: Count<'approvals'>;
  /** `read` is called at each scrape, until the function that comes back is called. */
  watch<K extends GaugeName>(name: K, read: () => Promise<readonly Reading<K>[]>): () => void;
}

export type GaugeName = {
  [K in keyof typeof METRICS]: (typeof METRICS)[K]['type'] extends 'gauge' ? K : never;
}[keyof typeof METRICS];

export interface Reading<K extends GaugeName> {
  readonly value: number;
  readonly labels: Labels<K>;
}

export function decisionMetrics(meter: Platform['meter']): DecisionMetrics {
  const counter = ({ name, help }: { readonly name: string; readonly help: string }) =>
    meter.createCounter(name, { description: help });
  return {
    decisions: counter(METRICS.decisions),
    guardrailChecks: counter(METRICS.guardrailChecks),
    approvals: counter(METRICS.approvals),
    watch: (metric, read) => {
      const { name, help } = METRICS[metric];
      const gauge = meter.createObservableGauge(name, { description: help });
      const observe: Parameters<typeof gauge.addCallback>[0] = async (result) => {
        for (const { value, labels } of await read()) result.observe(value, labels);
      };
      gauge.addCallback(observe);
      return () => gauge.removeCallback(observe);
    },
  };
}
