import type { TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
import { toSeconds } from '#lib/seconds.ts';
import { retryWords } from '../../decision/retry-words.ts';

type Timeline = readonly TimelineEntry[];

/** What the newest decision of an incident waits for, as long as nothing came of it. */
export interface Awaited {
  readonly what: 'retry' | 'approval';
  readonly words: string;
}

export function awaited(timeline: Timeline): Awaited | undefined {
  const newest = timeline.findLast(({ type }) => type === 'DecisionMade');
  if (!newest) return undefined;
  const own = timeline.filter(({ decisionId }) => decisionId === newest.decisionId);
  if (own.some(({ type }) => type === 'DecisionClosed')) return undefined;
  if (waitsForPeople(own)) return { what: 'approval', words: 'it waits for an approval' };
  const retry = retryOf(newest);
  return retry === '' ? undefined : { what: 'retry', words: `to be ${retry}` };
}

function waitsForPeople(own: Timeline): boolean {
  const newest = own.findLast(({ type }) => type.startsWith('Approval'));
  return newest?.outcome === 'waiting' || newest?.outcome === 'approved_in_part';
}

/** The longest come without their data. */
const retryOf = ({ dataJson }: TimelineEntry): string =>
  dataJson === '' ? '' : retryWords(DecisionMade.fromJSON(JSON.parse(dataJson)), toSeconds);
