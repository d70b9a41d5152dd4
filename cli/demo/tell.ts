import type { GetIncidentResponse, TimelineEntry } from '#gen/belay/v1/audit_service.ts';

/** The story of an incident in a few lines: what was decided, what it was before, what was done, whether it helped. */
export function tell({ incident, timeline }: GetIncidentResponse): string[] {
  const textOf = (type: string): string | undefined => timeline.find((entry) => entry.type === type)?.text;
  const line = (label: string, text: string | undefined) =>
    text === undefined ? [] : [`  ${label.padEnd(10)}${text}`];
  return [
    ...line('decided', textOf('DecisionMade')),
    ...line('before', beforeOf(timeline)),
    ...line('did', textOf('StepFinished')),
    ...line('not done', textOf('ActionAborted') ?? textOf('ActionRefused')),
    ...line('verified', textOf('ActionVerified')),
    ...line('outcome', incident?.outcome),
  ];
}

function beforeOf(timeline: readonly TimelineEntry[]): string | undefined {
  const started = timeline.find((entry) => entry.type === 'ActionStarted');
  if (!started) return undefined;
  const { before } = JSON.parse(started.dataJson) as { before?: Record<string, { number?: number }> };
  const [ready, replicas] = [before?.['readyReplicas']?.number, before?.['replicas']?.number];
  return ready === undefined || replicas === undefined ? undefined : `${ready} of ${replicas} Ready`;
}
