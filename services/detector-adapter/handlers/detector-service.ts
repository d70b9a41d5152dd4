import type { DetectorServiceService } from '#gen/belay/v1/detector_service.ts';
import type { Clock } from '#lib/clock.ts';
import type { AccessRules, Handlers, RequestSchemas } from '#lib/grpc/service-methods.ts';
import type { ReportIncident } from './report-incident.ts';
import { grpcReport, grpcResolve } from './request-rules.ts';
import type { ResolveIncident } from './resolve-incident.ts';

/** Who may do what, through every door. */
export const access = {
  reportIncident: ['responder', 'service'],
  resolveIncident: 'responder',
} as const satisfies AccessRules<DetectorServiceService>;

export const schemas: RequestSchemas<DetectorServiceService> = {
  reportIncident: grpcReport,
  resolveIncident: grpcResolve,
};

export interface DetectorServiceOptions {
  readonly report: ReportIncident;
  readonly resolve: ResolveIncident;
  readonly clock: Clock;
}

export function detectorService({
  report,
  resolve,
  clock,
}: DetectorServiceOptions): Handlers<DetectorServiceService> {
  return {
    reportIncident: (request, { actor }) =>
      report({ source: 'grpc', ...request, confidence: request.confidence }, actor, clock.now()),
    resolveIncident: (request, { actor }) => resolve(request, actor),
  };
}
