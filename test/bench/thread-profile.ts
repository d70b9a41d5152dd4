import type { EventType } from '#lib/events/event-types.ts';
import type { ThreadLog } from '../faults/thread-log.ts';
import { median, percentile } from './figure.ts';
import type { SeenRequests } from './thread-seen.ts';
import type { Sent } from './thread-sent.ts';

/** Where the time goes: medians of the gaps between what can be seen from outside. */
export function profileOf(
  incidents: readonly Sent[],
  seen: ReadonlyMap<string, SeenRequests>,
  log: ThreadLog,
): string[] {
  const marks = incidents.map((sent) => marksOf(sent, seen, log));
  const names = Object.keys(marks[0] ?? {});
  return names.slice(1).map((name, i) => {
    const from = names[i] ?? '';
    const gaps = marks.map((mark) => (mark[name] ?? Number.NaN) - (mark[from] ?? Number.NaN));
    const figures = `${median(gaps).toFixed(1).padStart(7)} ms (p99 ${percentile(gaps, 99).toFixed(1)})`;
    return `  ${figures}  ${from} -> ${name}`;
  });
}

/** In the order in which they happen. A record's time is when its sender began to send it. */
function marksOf({ app, pod, sentMs }: Sent, seen: ReadonlyMap<string, SeenRequests>, log: ThreadLog) {
  const entries = log.of(app);
  const sent = (type: EventType) =>
    entries.find(({ event }) => event.type === type)?.record.timestampMs ?? Number.NaN;
  const decided = log.all(app, 'DecisionMade')[0]?.data.decidedAt?.getTime() ?? Number.NaN;
  const started = log.all(app, 'ActionStarted')[0]?.data.startedAt?.getTime() ?? Number.NaN;
  const requests = seen.get(pod);
  return {
    'report called': sentMs,
    'IncidentReported sent': sent('IncidentReported'),
    'decision has it in hand': decided,
    'DecisionMade, Order sent': sent('DecisionMade'),
    'executor looks at the pod': requests?.firstGetMs ?? Number.NaN,
    'live checks done': started,
    'ActionStarted sent': sent('ActionStarted'),
    'DELETE at the API server': requests?.deleteMs ?? Number.NaN,
  } as Record<string, number>;
}
