import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { OutgoingRecord } from '#lib/bus/bus.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { outgoing } from '#lib/events/event.ts';

const RUNBOOK = new URL('../../runbooks/restart-pod.yaml', import.meta.url);
/** A runbook has at most a hundred actions under way, and so has a namespace: many of both, and nothing is full. */
const RUNBOOKS = 60;
const UNDER_WAY = 100;
export const TARGET = 'lab';
/** More than this between two emptyings of the store, and the caps of the runbooks are met. */
export const MOST_AT_ONCE = 10_000;

/** Copies of restart-pod, each for a cause of its own. */
export function writeRunbooks(folder: string): string {
  const runbooks = join(folder, 'runbooks');
  mkdirSync(runbooks);
  for (let n = 0; n < RUNBOOKS; n += 1) {
    const runbook = parseDocument(readFileSync(RUNBOOK, 'utf8'));
    runbook.setIn(['metadata', 'name'], `restart-pod-${n}`);
    runbook.setIn(['spec', 'triggers', 'symptoms'], []);
    runbook.setIn(['spec', 'triggers', 'probableCauses'], [`pod_crash_loop_${n}`]);
    for (const cap of ['maxConcurrentActions', 'maxConcurrentActionsPerNamespace'])
      runbook.setIn(['spec', 'guardrails', cap], UNDER_WAY);
    writeFileSync(join(runbooks, `restart-pod-${n}.yaml`), runbook.toString());
  }
  return runbooks;
}

/** What becomes of an incident; its id begins with it. */
export type Fate = 'granted' | 'blocked' | 'manual';

/** Of four incidents two are granted, one is blocked by the guardrails, and none has a runbook for the fourth. */
export function incidents(mark: string, count: number): OutgoingRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const [fate, nth] = n % 2 === 0 ? (['granted', n / 2] as const) : notGranted(n);
    return incident(fate, `${mark}-${n}`, nth);
  });
}

const notGranted = (n: number): readonly [Fate, number] => [
  n % 4 === 1 ? 'blocked' : 'manual',
  Math.floor(n / 4),
];

/** Granted, and never settled: from then on every `blocked` incident finds its service taken. */
export function takeServices(mark: string): OutgoingRecord[] {
  return Array.from({ length: RUNBOOKS }, (_, n) => incident('blocked', `${mark}-taken-${n}`, n));
}

/** What was decided, and how it was ordered or closed; and where it is granted, the order. */
export function outputsFor(records: readonly OutgoingRecord[]): number {
  const granted = records.filter(({ headers }) => /^granted-|-taken-/.test(String(headers['ce_subject'])));
  return 2 * records.length + granted.length;
}

/** The granted have a service each; the others are of a few services again and again. */
function incident(fate: Fate, id: string, nth: number): OutgoingRecord {
  const runbook = nth % RUNBOOKS;
  const service = `${fate}-${fate === 'granted' ? id : runbook}`;
  const now = new Date();
  const data = IncidentReported.fromPartial({
    incidentId: `${fate}-${id}`,
    service,
    source: 'bench',
    fingerprint: id,
    startedAt: now,
    reportedAt: now,
    symptom: fate === 'manual' ? 'Strange' : 'CrashLoopBackOff',
    probableCause: fate === 'manual' ? '' : `pod_crash_loop_${runbook}`,
    confidence: 0.95,
    summary: 'Back-off restarting failed container',
    resource: { target: TARGET, kind: 'pod', namespace: `team-${runbook}`, name: `${service}-x7k2p` },
  });
  return encodeEvent(outgoing('IncidentReported', data), 'belay/bench');
}
