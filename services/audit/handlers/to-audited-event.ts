import type { BusRecord } from '#lib/bus/bus.ts';
import { definitionOf } from '#lib/events/event-types.ts';
import type { AuditedEvent, RunbookName } from '../domain/audited-event.ts';
import { causalRank } from '../domain/causal-rank.ts';
import { oneLine } from '../domain/one-line.ts';
import { type AuditedAnyEvent, describeEvent } from './describe/describe-event.ts';
import type { Description } from './describe/description.ts';

/** A function of the event alone, but for its place in the log: whoever projects it again gets the same. */
export function toAuditedEvent(event: AuditedAnyEvent, record: BusRecord): AuditedEvent {
  const described = describeEvent(event);
  const { codec, time } = definitionOf(event.type);
  return {
    id: event.id,
    type: event.type,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    time: time(event.data) ?? new Date(record.timestampMs),
    rank: causalRank(event.type),
    dataJson: storableJson(codec.toJSON(event.data)),
    ...labelsOf(event, described),
    runbook: storableRunbook(described.runbook),
    text: oneLine(described.text),
  };
}

/** Names by which events are found. Not all of them are bounded by the rules of their events, indices are. */
function labelsOf({ data, source }: AuditedAnyEvent, described: Description) {
  const ids = data as Partial<Record<'incidentId' | 'decisionId' | 'actionId' | 'externalId', string>>;
  return {
    source: storable(source),
    incidentId: storable(ids.incidentId || described.incidentId),
    decisionId: storable(ids.decisionId),
    actionId: storable(ids.actionId),
    externalId: storable(ids.externalId),
    service: storable(described.service),
    outcome: storable(described.outcome),
    actor: storable(described.actor || source.replace(/^belay\//, '')),
  };
}

const LONGEST_NAME = 253;
const NO_CHARACTER = '\uFFFD';

/** Postgres takes every character in a text but one. */
function storable(text = ''): string {
  return text.slice(0, LONGEST_NAME).replaceAll('\0', NO_CHARACTER).toWellFormed();
}

function storableRunbook(runbook: RunbookName | undefined): RunbookName | undefined {
  return runbook?.name ? { name: storable(runbook.name), version: runbook.version } : undefined;
}

/** The same one in JSON. A backslash that is itself escaped does not begin an escape. */
function storableJson(data: unknown): string {
  return JSON.stringify(data).replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd');
}
