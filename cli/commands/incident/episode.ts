import type { TimelineEntry } from '#gen/belay/v1/audit_service.ts';

type Entry = Pick<TimelineEntry, 'type' | 'decisionId' | 'dataJson'>;

/** How often it was reported, apart from repeats. */
export const reportsIn = (timeline: readonly Entry[]): number => count(timeline, 'IncidentReported');

/** Ended, and not reported again as far as is known. */
export function isResolved(timeline: readonly Entry[]): boolean {
  const newest = timeline.findLast(({ type }) => type === 'IncidentReported' || type === 'IncidentResolved');
  return newest?.type === 'IncidentResolved';
}

/** Every report is decided, every order ends settled, and every decision closed. */
export function isSettled(timeline: readonly Entry[]): boolean {
  const made = count(timeline, 'DecisionMade');
  return made > 0 && made >= reportsIn(timeline) && count(timeline, 'DecisionClosed') >= made;
}

/** By the newest decision: what helped before it was reported again is over. */
export function isVerified(timeline: readonly Entry[]): boolean {
  const newest = timeline.findLast(({ type }) => type === 'DecisionMade');
  return timeline.some(
    ({ type, decisionId, dataJson }) =>
      type === 'ActionVerified' &&
      decisionId === newest?.decisionId &&
      dataJson.includes('"VERDICT_VERIFIED"'),
  );
}

const count = (timeline: readonly Entry[], wanted: string): number =>
  timeline.filter(({ type }) => type === wanted).length;
