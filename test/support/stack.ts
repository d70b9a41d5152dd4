import { AuditServiceClient, type GetIncidentResponse } from '#gen/belay/v1/audit_service.ts';
import { DecisionServiceClient } from '#gen/belay/v1/decision_service.ts';
import { DetectorServiceClient, ReportIncidentRequest } from '#gen/belay/v1/detector_service.ts';
import { createGrpcClient } from '#lib/grpc/grpc-client.ts';
import { eventually } from './eventually.ts';

/** A running Belay with a cluster, whichever it stands on. */
export interface Stack {
  readonly name: string;
  readonly target: string;
  readonly endpoints: Readonly<Record<'detector-adapter' | 'decision' | 'audit', string>>;
  readonly token: string;
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export function clientsOf({ endpoints, token }: Stack) {
  const detector = createGrpcClient(DetectorServiceClient, {
    endpoint: endpoints['detector-adapter'],
    token,
  });
  const decision = createGrpcClient(DecisionServiceClient, { endpoint: endpoints.decision, token });
  const audit = createGrpcClient(AuditServiceClient, { endpoint: endpoints.audit, token });
  return {
    detector,
    decision,
    audit,
    close: () => {
      for (const client of [detector, decision, audit]) client.close();
    },
  };
}

export type Clients = ReturnType<typeof clientsOf>;

export const crashLoop = (
  stack: Stack,
  service: string,
  pod: string,
  change: Partial<ReportIncidentRequest> = {},
) =>
  ReportIncidentRequest.fromPartial({
    service,
    symptom: 'CrashLoopBackOff',
    probableCause: 'pod_crash_loop',
    confidence: 0.95,
    resource: { target: stack.target, kind: 'pod', namespace: 'production', name: pod },
    ...change,
  });

/** The incident once it is decided, which may be to wait. */
export function decidedIncident({ audit }: Clients, id: string): Promise<GetIncidentResponse> {
  return eventually(async () => {
    const found = await audit.getIncident({ id });
    if (!typesOf(found).includes('DecisionMade')) throw new Error(`${id} is not decided`);
    return found;
  }, 60_000);
}

/** The incident once each of its decisions is closed. */
export function closedIncident(
  { audit }: Clients,
  id: string,
  timeoutMs = 60_000,
): Promise<GetIncidentResponse> {
  return eventually(async () => {
    const found = await audit.getIncident({ id });
    const count = (type: string) => found.timeline.filter((entry) => entry.type === type).length;
    if (count('DecisionMade') === 0 || count('DecisionClosed') < count('DecisionMade')) {
      throw new Error(`${id} is not closed: ${found.timeline.map((e) => `${e.type} ${e.text}`).join('; ')}`);
    }
    return found;
  }, timeoutMs);
}

export const typesOf = ({ timeline }: GetIncidentResponse): string[] => timeline.map((entry) => entry.type);

export function dataOf<T>({ timeline }: GetIncidentResponse, type: string): T | undefined {
  const entry = timeline.find((e) => e.type === type);
  return entry && (JSON.parse(entry.dataJson) as T);
}
