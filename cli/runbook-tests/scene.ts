import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { Resource } from '#gen/belay/v1/common.ts';
import type { RunbookTest, TestResource } from '#lib/runbook/tests/test-file.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';

/** The one that every resource of a test is on, and that an executor serves. */
export const TARGET = 'test';

/** A test with its defaults filled in: what production would be told. */
export interface Scene {
  readonly test: RunbookTest;
  readonly runbooks: readonly Runbook[];
  readonly now: Date;
  readonly incident: IncidentReported;
}

export function sceneOf(test: RunbookTest, runbooks: readonly Runbook[]): Scene {
  const { incident } = test;
  const now = new Date(test.now);
  const reportedAt = new Date(now.getTime() - incident.ageSeconds * 1_000);
  const scope = scopeOf(test, runbooks);
  return {
    test,
    runbooks,
    now,
    incident: IncidentReported.fromPartial({
      incidentId: incident.id,
      externalId: incident.id,
      service: incident.service,
      source: 'test',
      fingerprint: test.name,
      startedAt: reportedAt,
      reportedAt,
      symptom: incident.symptom,
      probableCause: incident.cause,
      ...(incident.confidence !== undefined && { confidence: incident.confidence }),
      ...withResource(resourceOf(incident.resource, incident.service, scope)),
      labels: incident.labels,
      context: incident.context,
      affectedServices: incident.affectedServices,
    }),
  };
}

export interface ResourceScope {
  readonly kind: string;
  readonly namespace: string;
}

/** What a test leaves out is what its runbook is for. */
export function scopeOf({ incident }: RunbookTest, runbooks: readonly Runbook[]): ResourceScope {
  const { cause, symptom } = incident;
  const scope = (
    runbooks.find(({ triggers }) => triggers.probableCauses.includes(cause)) ??
    runbooks.find(({ triggers }) => triggers.symptoms.includes(symptom)) ??
    runbooks[0]
  )?.scope;
  return {
    kind: scope?.resourceKinds[0] ?? 'pod',
    namespace: incident.namespace ?? scope?.allowedNamespaces[0] ?? 'production',
  };
}

/** Undefined where the test says that there is none. */
export function resourceOf(
  given: TestResource | undefined,
  service: string,
  { kind, namespace }: ResourceScope,
): Resource | undefined {
  if (given === 'none') return undefined;
  const placed = { target: TARGET, namespace };
  if (given === undefined)
    return Resource.fromPartial({ ...placed, kind, name: kind === 'pod' ? `${service}-0` : service });
  if (typeof given === 'object') return Resource.fromPartial({ ...placed, ...defined(given) });
  const slash = given.indexOf('/');
  return Resource.fromPartial({ ...placed, kind: given.slice(0, slash), name: given.slice(slash + 1) });
}

const withResource = (resource: Resource | undefined) => (resource ? { resource } : {});

const defined = (given: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
