import { AuditServiceService } from '#gen/belay/v1/audit_service.ts';
import type { GrpcServer } from '#lib/grpc/grpc-server.ts';
import type { History } from '../ports.ts';
import { explainDecision } from './explain-decision.ts';
import { getIncident } from './get-incident.ts';
import { queryEvents } from './query-events.ts';
import { requestSchemas } from './request-schemas.ts';

export function serveAudit(grpc: GrpcServer, history: History): void {
  grpc.addService(
    AuditServiceService,
    {
      getIncident: (request) => getIncident(history, request),
      explainDecision: (request) => explainDecision(history, request),
      queryEvents: (request) => queryEvents(history, request),
    },
    { getIncident: 'viewer', explainDecision: 'viewer', queryEvents: 'viewer' },
    requestSchemas,
  );
}
