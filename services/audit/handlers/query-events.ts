import type { QueryEventsRequest, QueryEventsResponse, TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { Mode, modeToJSON } from '#gen/belay/v1/common.ts';
import type { Position } from '../domain/audited-event.ts';
import { decisionEnding } from '../domain/decision-ending.ts';
import { decodePageToken, encodePageToken, type Filters } from '../domain/page-token.ts';
import type { History, Search } from '../ports.ts';
import { isNotFound, resolveIncident } from './resolve-id.ts';
import { fittingPage } from './to-timeline.ts';

const DEFAULT_PAGE_SIZE = 50;

/** Newest first: whoever asks what happened asks about lately. */
export async function queryEvents(
  history: History,
  request: QueryEventsRequest,
): Promise<QueryEventsResponse> {
  const filters = filtersOf(request);
  const start = request.pageToken === '' ? undefined : decodePageToken(request.pageToken, filters);
  const incidentId = start?.incidentId ?? (await incidentOf(history, request.incident));
  // Nothing happened in an incident that nobody knows: an empty answer, as for every other filter.
  if (incidentId === undefined) return { entries: [], nextPageToken: '' };

  const limit = request.pageSize || DEFAULT_PAGE_SIZE;
  const search = searchOf(request, incidentId, start?.after);
  // One more than asked for says whether there is a next page.
  const found = await history.find({ ...search, limit: limit + 1 });
  const entries = fittingPage(found.slice(0, limit));
  const last = found[entries.length - 1];
  const isEnd = last === undefined || entries.length === found.length;
  return {
    entries: await withEndings(history, entries),
    nextPageToken: isEnd ? '' : encodePageToken({ after: last, incidentId }, filters),
  };
}

/** Of each decision how it ended: what was decided alone would have fixed, failed and aborted ones look the same. */
async function withEndings(history: History, entries: readonly TimelineEntry[]): Promise<TimelineEntry[]> {
  const made = entries.filter(({ type }) => type === 'DecisionMade');
  const facts = await history.endingFacts(made.map(({ decisionId }) => decisionId));
  return entries.map((entry) =>
    entry.type === 'DecisionMade'
      ? { ...entry, ended: decisionEnding(facts.get(entry.decisionId) ?? []) }
      : entry,
  );
}

/** Empty: no incident was asked for. Undefined: the one that was asked for is not known. */
async function incidentOf(history: History, asked: string): Promise<string | undefined> {
  if (asked === '') return '';
  try {
    return await resolveIncident(history, asked);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function searchOf(
  request: QueryEventsRequest,
  incidentId: string,
  before: Position | undefined,
): Omit<Search, 'limit'> {
  const { runbook, service, actor, outcome, types, mode, since, until } = request;
  return {
    ...(incidentId !== '' && { incidentId }),
    ...(runbook !== '' && { runbook: runbookOf(runbook) }),
    ...(service !== '' && { service }),
    ...(actor !== '' && { actor }),
    ...(outcome !== '' && { outcome }),
    ...(types.length > 0 && { types }),
    ...(mode !== Mode.UNSPECIFIED && { mode: modeToJSON(mode) }),
    ...(since && { since }),
    ...(until && { until }),
    ...(before && { before }),
  };
}

/** restart-pod, or restart-pod@3. */
function runbookOf(text: string): NonNullable<Search['runbook']> {
  const [, name, version] = /^(.+)@(\d{1,9})$/.exec(text) ?? [];
  return name === undefined ? { name: text } : { name, version: Number(version) };
}

function filtersOf(request: QueryEventsRequest): Filters {
  const { incident, runbook, service, actor, outcome, types, mode, since, until } = request;
  return {
    incident,
    runbook,
    service,
    actor,
    outcome,
    types: [...new Set(types)].sort().join(),
    mode: mode === Mode.UNSPECIFIED ? '' : modeToJSON(mode),
    since: since?.toISOString() ?? '',
    until: until?.toISOString() ?? '',
  };
}
