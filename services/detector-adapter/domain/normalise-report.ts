import { BelayError } from '#lib/errors.ts';
import { deriveId } from '#lib/ids.ts';
import type { Actor, Report, ReportedResource } from './report.ts';

/** A report as it came in. Its shape has been checked, its meaning has not. Empty texts are absent. */
export interface ReportInput {
  readonly source: string;
  readonly service: string;
  readonly symptom: string;
  readonly probableCause: string;
  readonly confidence: number | undefined;
  readonly resource: ReportedResource | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, string>>;
  readonly affectedServices: readonly string[];
  readonly summary: string;
  readonly fingerprint: string;
  readonly startedAt: Date | undefined;
  readonly externalId: string;
}

export interface ReportPolicy {
  /** Of resources that come without one. */
  readonly defaultTarget: string | undefined;
  /** How far ahead the clock of a source may be. */
  readonly maxSkewMs: number;
  readonly maxStartAgeMs: number;
}

/** The report in the one form in which it is compared, stored and published. Throws `invalid` with the field. */
export function normaliseReport(input: ReportInput, by: Actor, policy: ReportPolicy, now: Date): Report {
  const [service, symptom, probableCause] = [input.service, input.symptom, input.probableCause].map(trim);
  if (!service) throw missing('service', 'name the service that has the problem');
  if (!symptom && !probableCause)
    throw missing('symptom', 'say what is seen (symptom) or what is probably behind it (probableCause)');
  const resource = resourceOf(input.resource, policy);
  const startedAtMs = startOf(input.startedAt, policy, now);
  const said = { service, symptom: symptom ?? '', probableCause: probableCause ?? '' };
  return {
    ...said,
    source: input.source,
    fingerprint: trim(input.fingerprint) || fingerprintOf(said, resource),
    ...(input.confidence !== undefined && { confidence: input.confidence }),
    ...(resource && { resource }),
    labels: input.labels,
    context: input.context,
    affectedServices: [...new Set(input.affectedServices.map(trim).filter((name) => name !== ''))],
    summary: trim(input.summary),
    externalId: trim(input.externalId),
    ...(startedAtMs !== undefined && { startedAtMs }),
    reportedBy: by,
  };
}

/** What makes two reports that do not say so reports of the same problem. */
function fingerprintOf(
  said: Pick<Report, 'service' | 'symptom' | 'probableCause'>,
  resource: ReportedResource | undefined,
): string {
  const { target = '', kind = '', namespace = '', name = '' } = resource ?? {};
  return deriveId('fp', said.service, said.symptom, said.probableCause, target, kind, namespace, name);
}

function resourceOf(
  given: ReportedResource | undefined,
  { defaultTarget }: ReportPolicy,
): ReportedResource | undefined {
  if (!given) return undefined;
  const [kind = '', namespace = '', name = ''] = [given.kind, given.namespace, given.name].map(trim);
  if (!kind) throw missing('resource.kind', 'say what kind of thing it is: pod, deployment, ecs_service');
  if (!name) throw missing('resource.name', 'name the resource, or leave resource out');
  const target = trim(given.target) || defaultTarget;
  if (!target)
    throw missing('resource.target', 'name the target that has it, or configure incidents.defaultTarget');
  return { target, kind: kind.toLowerCase(), namespace, name };
}

function startOf(
  startedAt: Date | undefined,
  { maxSkewMs, maxStartAgeMs }: ReportPolicy,
  now: Date,
): number | undefined {
  if (!startedAt) return undefined;
  const ageMs = now.getTime() - startedAt.getTime();
  if (ageMs < -maxSkewMs) {
    throw new BelayError('invalid', `startedAt ${startedAt.toISOString()} is in the future`, {
      code: 'STARTED_IN_FUTURE',
      field: 'startedAt',
      why: `it is ${Math.ceil(-ageMs / 1_000)} s ahead of this host; at most ${maxSkewMs / 1_000} s are taken for a clock that is off`,
      next: 'synchronise the clocks, or leave startedAt out: then the time of the report counts',
    });
  }
  if (ageMs > maxStartAgeMs) {
    throw new BelayError('invalid', `startedAt ${startedAt.toISOString()} is too long ago`, {
      code: 'STARTED_TOO_LONG_AGO',
      field: 'startedAt',
      why: `at most ${maxStartAgeMs / 3_600_000} h are accepted, so that no incident is taken for one that ended long ago`,
      next: 'leave startedAt out: then the time of the report counts; or raise incidents.maxStartAgeMs',
    });
  }
  return startedAt.getTime();
}

const trim = (text: string): string => text.trim();

function missing(field: string, next: string): BelayError {
  return new BelayError('invalid', `${field} is missing`, { code: 'FIELD_MISSING', field, next });
}
