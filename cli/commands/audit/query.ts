import type { Command } from 'commander';
import { readEvents } from '../../audit/read-events.ts';
import { call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { sinceOption } from '../../frame/since-option.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb } from '../../frame/verb.ts';
import { entryBody } from './entry.ts';

interface QueryOptions
  extends Readonly<Record<'incident' | 'runbook' | 'service' | 'actor' | 'outcome', string>> {
  readonly sinceMs: number | undefined;
  readonly types: readonly string[];
  readonly limit: number;
}

const MOST = 100_000;

const HELP = 'audit query';

export const auditQuery = defineVerb<QueryOptions>({
  path: HELP,
  summary: 'Search what happened',
  group: 'History',
  example: 'audit query --service api-server --since 1h',
  configure: (command: Command) => {
    command
      .option('--incident <id>', 'of one incident')
      .option('--runbook <name>', 'by one runbook')
      .option('--service <name>', 'to one service')
      .option('--actor <name>', 'by one person, program or engine')
      .option('--outcome <code>', 'with one outcome: executing, pre_check_failed, no_runbook, ...')
      .option('--type <name...>', 'of these types only: IncidentReported, DecisionMade, ...')
      .option('--since <duration>', 'how far back: 30m, 24h, 7d')
      .option('--limit <n>', 'how many at the most', '50');
  },
  parse: ({ options }) => {
    const text = (name: string) => (options[name] as string | undefined) ?? '';
    const limit = /^\d{1,6}$/.test(text('limit')) ? Number(text('limit')) : 0;
    if (limit < 1 || limit > MOST) {
      throw usageError(`--limit ${text('limit')} is no whole number from 1 to ${MOST}`, { help: HELP });
    }
    const [incident, runbook, service, actor] = [
      text('incident'),
      text('runbook'),
      text('service'),
      text('actor'),
    ];
    return {
      incident,
      runbook,
      service,
      actor,
      outcome: text('outcome'),
      sinceMs: sinceOption(options['since'] as string | undefined, HELP),
      types: (options['type'] as string[] | undefined) ?? [],
      limit,
    };
  },
  run: async ({ sinceMs, limit, types, ...filters }, session) => {
    const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
    await refuseUnknown(types);
    const now = session.clock.now().getTime();
    const since = sinceMs === undefined ? {} : { since: new Date(now - sinceMs) };
    const { entries, hasMore } = await call(session, AuditServiceClient, (client) =>
      readEvents(client.queryEvents, { ...filters, ...since, types: [...types] }, limit),
    );
    await session.out.print({
      kind: 'EventList',
      body: { items: entries.map(entryBody) },
      names: entries.map((entry) => entry.eventId),
      table: ({ time }) => ({
        header: ['TIME', 'EVENT', 'SERVICE', 'INCIDENT', 'OUTCOME', 'WHAT'],
        rows: entries.map((e) => [
          e.time ? time(e.time) : '',
          e.type,
          e.service,
          e.incidentId.slice(0, 12),
          e.outcome,
          e.text,
        ]),
      }),
    });
    if (entries.length === 0 && filters.outcome !== '') session.say(noneWith(filters.outcome));
    if (hasMore) session.say(`There are older ones: --limit takes up to ${MOST}.`);
    return exitCodes.done;
  },
});

/** Orders are only for their executors to read. */
async function refuseUnknown(given: readonly string[]): Promise<void> {
  const [{ eventTypes }, { suggest }] = await Promise.all([
    import('#lib/events/event-types.ts'),
    import('#lib/config/suggest.ts'),
  ]);
  const known = Object.keys(eventTypes).filter((type) => type !== 'Order');
  const unknown = given.find((type) => !known.includes(type));
  if (unknown === undefined) return;
  const meant = suggest(unknown, known);
  const next = meant === undefined ? `One of ${known.join(', ')}.` : `Did you mean ${meant}?`;
  throw usageError(`--type ${unknown} is no type of event`, { next, help: HELP });
}

const noneWith = (outcome: string): string =>
  `Nothing that matches has the outcome ${outcome}. Outcomes are spelt as in the column OUTCOME of: belay audit query`;
