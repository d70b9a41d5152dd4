import { encodeEvent } from '#lib/events/encode-event.ts';
import { BelayError } from '#lib/errors.ts';
import type { Identity } from '#lib/identity/identity.ts';
import { episodeKey, incidentIdOf } from '../domain/episode.ts';
import type { EpisodeStep } from '../domain/next-episode.ts';
import { normaliseReport, type ReportInput, type ReportPolicy } from '../domain/normalise-report.ts';
import type { Report } from '../domain/report.ts';
import type { IncidentMetrics } from '../metrics.ts';
import { announcementEvents } from './announcement-events.ts';
import type { Announcer } from './announcer.ts';

export interface ReportOptions {
  readonly announcer: Announcer;
  readonly policy: ReportPolicy;
  readonly metrics: Pick<IncidentMetrics, 'lastSeen'>;
}

export interface ReportAnswer {
  readonly incidentId: string;
  /** Nothing new was published. */
  readonly alreadyOpen: boolean;
}

export type ReportIncident = (input: ReportInput, actor: Identity, now: Date) => Promise<ReportAnswer>;

/** What every door leads to. Returns once the log has the incident. */
export function reportIncident({ announcer, policy, metrics }: ReportOptions): ReportIncident {
  return async (input, { kind, name }, now) => {
    const report = normaliseReport(input, { kind, name }, policy, now);
    requireWritable(report, now);
    const step = await announcer.settle(episodeKey(report), { type: 'firing', report });
    const answer = answerTo(step, report);
    metrics.lastSeen.record(now.getTime() / 1_000, { source: report.source });
    return answer;
  };
}

/** Bounds its room in the store as well, where it stays until the log has it. */
const MAX_REPORT_BYTES = 131_072;

/** Before an episode opens that could never be told. */
function requireWritable(report: Report, now: Date): void {
  const bytes = Buffer.byteLength(JSON.stringify(report));
  if (bytes > MAX_REPORT_BYTES) {
    throw new BelayError('invalid', `the report has ${bytes} bytes, the limit is ${MAX_REPORT_BYTES}`, {
      code: 'TOO_LARGE',
      field: 'context',
      next: 'leave out what nobody reads at 3 a.m., and link to the rest',
    });
  }
  const startedAtMs = report.startedAtMs ?? now.getTime();
  const incident = { incidentId: incidentIdOf(report, startedAtMs), service: report.service, startedAtMs };
  const announcement = { kind: 'reported', atMs: now.getTime(), reopened: false, report } as const;
  for (const event of announcementEvents(incident, announcement)) encodeEvent(event, SOURCE);
}

const SOURCE = 'belay/detector-adapter';

function answerTo({ outcome, episode }: EpisodeStep, report: Report): ReportAnswer {
  if (!episode || episode.phase === 'tombstone') {
    // Its source has said already that this one is over.
    return { incidentId: incidentIdOf(report, report.startedAtMs ?? 0), alreadyOpen: true };
  }
  if (outcome === 'other_service') throw otherService(episode, report);
  return { incidentId: episode.incidentId, alreadyOpen: outcome === 'repeated' };
}

/** Two services with one fingerprint: folding them together would lose one of the incidents. */
function otherService(
  { incidentId, service }: { readonly incidentId: string; readonly service: string },
  report: Report,
): BelayError {
  return new BelayError('conflict', `the fingerprint ${report.fingerprint} is in use by ${service}`, {
    code: 'FINGERPRINT_IN_USE',
    field: 'fingerprint',
    why: `${incidentId} of ${service} has it, and this report is about ${report.service}`,
    next: 'send a fingerprint that only this problem of this service has, or none: then one is derived',
  });
}
