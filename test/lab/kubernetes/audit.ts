import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pollUntil } from '../poll-until.ts';

/** One request that the API server answered. */
export interface AuditEvent {
  /** As RBAC names it: get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string;
  /** With the subresource: "pods", "pods/eviction", "deployments/scale". */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly user: string;
  /** The HTTP status. */
  readonly code: number;
  /** With the query, e.g. `?dryRun=All`. */
  readonly requestUri: string;
  readonly at: Date;
}

export interface AuditFilter
  extends Partial<Pick<AuditEvent, 'verb' | 'resource' | 'namespace' | 'name' | 'user' | 'code'>> {
  /** Also what the lab's own controllers, scheduler and kwok did: they delete pods too. */
  readonly withLab?: boolean;
}

/** Users of the lab's own servers; tests use others. */
export const labUserPrefix = 'lab:';

/** Everything but leases and events, which are noise: who asked for what, without the bodies. */
export const auditPolicy = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    {
      level: 'None',
      resources: [
        { group: 'coordination.k8s.io', resources: ['leases'] },
        { group: '', resources: ['events'] },
        { group: 'events.k8s.io', resources: ['events'] },
      ],
    },
    { level: 'None', nonResourceURLs: ['*'] },
    { level: 'Metadata' },
  ],
});

/**
 * The log is written a moment after the answer. A request of our own, made now, comes after all that were
 * answered before: when it is in the log, they are.
 */
export async function readAudit(
  file: string,
  filter: AuditFilter,
  askForNamespace: (name: string, signal: AbortSignal) => Promise<unknown>,
): Promise<AuditEvent[]> {
  const marker = `lab-audit-${randomUUID()}`;
  await askForNamespace(marker, AbortSignal.timeout(5_000));
  const events = await pollUntil(async () => eventsBefore(marker, file), { timeoutMs: 5_000 });
  return events.filter((event) => matches(event, filter));
}

function eventsBefore(marker: string, file: string): AuditEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const end = lines.findIndex((line) => line.includes(marker));
  if (end === -1) throw new Error('marker not in the audit log');
  return lines
    .slice(0, end)
    .filter((line) => !line.includes('lab-audit-'))
    .map((line) => toEvent(JSON.parse(line) as RawEvent));
}

function matches(event: AuditEvent, { withLab = false, ...wanted }: AuditFilter): boolean {
  const isOfLab = event.user.startsWith(labUserPrefix) || event.user === 'system:apiserver';
  if (isOfLab && !withLab && wanted.user === undefined) return false;
  return Object.entries(wanted).every(([key, value]) => event[key as keyof AuditEvent] === value);
}

interface RawEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  readonly responseStatus?: { readonly code: number };
  readonly stageTimestamp: string;
}

function toEvent({
  verb,
  requestURI,
  user,
  objectRef = {},
  responseStatus,
  stageTimestamp,
}: RawEvent): AuditEvent {
  return {
    verb,
    resource: [objectRef.resource, objectRef.subresource].filter(Boolean).join('/'),
    namespace: objectRef.namespace,
    name: objectRef.name,
    user: user.username,
    code: responseStatus?.code ?? 0,
    requestUri: requestURI,
    at: new Date(stageTimestamp),
  };
}
