import type { Clock } from '#lib/clock.ts';
import type { Access, Identity } from '#lib/identity/identity.ts';
import { access } from './detector-service.ts';
import { parseBody } from './parse-body.ts';
import type { ReportIncident } from './report-incident.ts';
import { httpReport, httpResolve } from './request-rules.ts';
import type { ResolveIncident } from './resolve-incident.ts';
import { spellingOf } from './spelling.ts';

/** A path of the HTTP door, and what is behind it. The server in front has read and checked the JSON. */
export interface HttpRoute {
  readonly path: string;
  readonly access: Access;
  /** As the audit names it, the same as through gRPC. */
  readonly command: string;
  handle(request: HttpRequest): Promise<HttpAnswer>;
}

export interface HttpRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Undefined where nothing was sent. */
  readonly body: unknown;
  readonly actor: Identity;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: object;
}

export interface HttpRouteOptions {
  readonly report: ReportIncident;
  readonly resolve: ResolveIncident;
  readonly clock: Clock;
}

export function httpRoutes({ report, resolve, clock }: HttpRouteOptions): readonly HttpRoute[] {
  return [
    {
      path: '/v1/incidents',
      access: access.reportIncident,
      command: 'DetectorService/ReportIncident',
      handle: async ({ body, actor }) => {
        const spelling = spellingOf(body);
        try {
          const { confidence, resource, startedAt, ...fields } = parseBody(httpReport, spelling.body);
          const input = { source: 'http', ...fields, confidence, resource, startedAt };
          const answer = await report(input, actor, clock.now());
          return { status: answer.alreadyOpen ? 200 : 201, body: answer };
        } catch (error) {
          throw spelling.inItsWords(error);
        }
      },
    },
    {
      path: '/v1/incidents/:id/resolve',
      access: access.resolveIncident,
      command: 'DetectorService/ResolveIncident',
      handle: async ({ params, body, actor }) => {
        const { reason } = parseBody(httpResolve, body ?? {});
        return { status: 200, body: await resolve({ incidentId: params['id'] ?? '', reason }, actor) };
      },
    },
  ];
}
