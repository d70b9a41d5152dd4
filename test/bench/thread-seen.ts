import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LabKubernetes } from '../lab/kubernetes.ts';

/** When the API server received what Belay and the relay asked of it about one pod, in ms since 1970. */
export interface SeenRequests {
  /** The executor's first look at the pod. */
  readonly firstGetMs: number;
  readonly deleteMs: number;
}

/** Read off its audit log, which has microseconds; by the name of the pod. */
export function seenRequests({ logFile }: LabKubernetes): Map<string, SeenRequests> {
  const file = join(dirname(logFile), 'data', 'audit.log');
  const seen = new Map<string, { firstGetMs: number; deleteMs: number }>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line.includes('"resource":"pods"') || line.includes('"username":"lab:')) continue;
    const { verb, objectRef, userAgent, requestReceivedTimestamp } = JSON.parse(line) as RawEvent;
    const times = seen.get(objectRef.name ?? '') ?? { firstGetMs: Number.NaN, deleteMs: Number.NaN };
    const ms = epochMs(requestReceivedTimestamp);
    if (verb === 'get' && userAgent === 'belay-executor' && Number.isNaN(times.firstGetMs))
      times.firstGetMs = ms;
    if (verb === 'delete' && Number.isNaN(times.deleteMs)) times.deleteMs = ms;
    seen.set(objectRef.name ?? '', times);
  }
  return seen;
}

interface RawEvent {
  readonly verb: string;
  readonly userAgent?: string;
  readonly objectRef: { readonly name?: string };
  readonly requestReceivedTimestamp: string;
}

/** 2026-01-01T00:00:00.123456Z: a Date would lose the last three digits. */
const epochMs = (time: string): number => Date.parse(time) + Number(time.slice(23, 26)) / 1_000;
