import type { DecisionEnding, TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
import { modeToJSON } from '#gen/belay/v1/common.ts';
import { entryBody } from '../commands/audit/entry.ts';
import type { Presentation, Result } from '../frame/output.ts';
import type { Cell } from '../frame/table.ts';

const HEADER = ['TIME', 'DECISION', 'INCIDENT', 'RUNBOOK', 'MODE', 'OUTCOME', 'ENDED', 'SERVICE', 'REASON'];

export function decisionList(entries: readonly TimelineEntry[]): Result {
  return {
    kind: 'DecisionList',
    body: { items: entries.map(entryBody) },
    names: entries.map(({ decisionId }) => decisionId),
    table: (as) => ({ header: HEADER, rows: entries.map((entry) => row(entry, as)) }),
  };
}

/** One that came while somebody looked on. */
export function decisionSeen(entry: TimelineEntry): Result {
  return {
    kind: 'Decision',
    body: entryBody(entry),
    names: [entry.decisionId],
    table: (as) => ({ rows: [row(entry, as)] }),
  };
}

function row(entry: TimelineEntry, { time, wide }: Presentation): Cell[] {
  const { externalId, mode, summary } = madeIn(entry);
  return [
    entry.time ? time(entry.time) : '',
    wide ? entry.decisionId : entry.decisionId.slice(0, 12),
    externalId || entry.incidentId.slice(0, 12),
    entry.runbook,
    modeWord(mode),
    entry.outcome,
    endedCell(entry.ended),
    entry.service,
    reasonOf(entry) || summary || entry.text,
  ];
}

/** An audit from before it was told says nothing. */
function endedCell(ended: DecisionEnding | undefined): Cell {
  if (!ended) return '';
  const { outcome, code } = ended;
  if (outcome === VERIFIED) return { text: outcome, tone: 'good' };
  return code === '' ? outcome : `${outcome}: ${code}`;
}

const VERIFIED = 'verified';

/** Why it ended otherwise than it was decided. Of a fix that helped, why it was chosen. */
const reasonOf = ({ ended }: TimelineEntry): string =>
  ended && ended.outcome !== VERIFIED ? ended.reason : '';

/** The longest come without their data. */
const madeIn = ({ dataJson }: TimelineEntry): DecisionMade =>
  DecisionMade.fromJSON(JSON.parse(dataJson || '{}'));

const modeWord = (mode: DecisionMade['mode']): string =>
  mode === 0
    ? ''
    : modeToJSON(mode)
        .replace(/^MODE_/, '')
        .toLowerCase();
