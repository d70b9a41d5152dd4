import type { Platform } from '#lib/platform/platform.ts';

/** Every metric of this service: the names here are the names that Prometheus sees. */
export const METRICS = {
  incidents: {
    name: 'belay_incidents_total',
    type: 'counter',
    help: 'Incidents told to the log, opened again ones too, by the door they came through.',
    labels: ['source'],
  },
  lastSeen: {
    name: 'belay_source_last_seen_timestamp_seconds',
    type: 'gauge',
    help: 'When a report last came through this door, repeats too, in seconds since 1970.',
    labels: ['source'],
  },
} as const;

type Source = Record<(typeof METRICS)[keyof typeof METRICS]['labels'][number], string>;

export interface IncidentMetrics {
  readonly incidents: { add(value: number, labels: Source): void };
  readonly lastSeen: { record(value: number, labels: Source): void };
}

export function incidentMetrics(meter: Platform['meter']): IncidentMetrics {
  const { incidents, lastSeen } = METRICS;
  return {
    incidents: meter.createCounter(incidents.name, { description: incidents.help }),
    lastSeen: meter.createGauge(lastSeen.name, { description: lastSeen.help }),
  };
}
