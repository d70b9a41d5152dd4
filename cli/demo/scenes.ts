import { ReportIncidentRequest } from '#gen/belay/v1/detector_service.ts';
import { BelayError } from '#lib/errors.ts';

/** What the sandbox cluster is seeded with, as a detector would report it. */
const scenes: Readonly<Record<string, ReportIncidentRequest>> = {
  INC001: ReportIncidentRequest.fromPartial({
    externalId: 'INC001',
    service: 'api-server',
    symptom: 'CrashLoopBackOff',
    probableCause: 'pod_crash_loop',
    confidence: 0.95,
    resource: { target: 'sandbox', kind: 'pod', namespace: 'production', name: 'api-server-abc123' },
    summary: 'api-server-abc123 is crash looping',
  }),
};

export function sceneOf(incident: string): ReportIncidentRequest {
  const scene = Object.hasOwn(scenes, incident) ? scenes[incident] : undefined;
  if (scene) return scene;
  throw new BelayError('invalid', `there is no scene ${incident}`, {
    code: 'UNKNOWN_SCENE',
    next: `one of: ${Object.keys(scenes).join(', ')}`,
  });
}
