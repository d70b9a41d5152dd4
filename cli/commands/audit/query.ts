import type { Command } from 'commander';
import { QueryEventsRequest } from '#gen/belay/v1/audit_service.ts';
import { call } from '../../connection/call.ts';
import { parseDuration } from '../../frame/duration.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb } from '../../frame/verb.ts';
import { entryBody } from './entry.ts';

interface QueryOptions
  extends Readonly<Record<'incident' | 'runbook' | 'service' | 'actor' | 'outcome', string>> {
  readonly sinceMs: number | undefined;
  readonly limit: number;
}

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
      .option('--since <duration>', 'how far back: 30m, 24h, 7d')
      .option('--limit <n>', 'how many at the most', '50');
  },
  parse: ({ options }) => {
    const text = (name: string) => (options[name] as string | undefined) ?? '';
    const limit = /^\d{1,3}$/.test(text('limit')) ? Number(text('limit')) : 0;
    if (limit < 1 || limit > 500) {
      throw usageError(`--limit ${text('limit')} is no whole number from 1 to 500`, { help: HELP });
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
      sinceMs: sinceOf(options['since'] as string | undefined),
      limit,
    };
  },
  run: async ({ sinceMs, limit, ...filters }, session) => {
    const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
    const now = session.clock.now().getTime();
    const request = QueryEventsRequest.fromPartial({
      ...filters,
      pageSize: limit,
      ...(sinceMs !== undefined && { since: new Date(now - sinceMs) }),
    });
    const { entries } = await call(session, AuditServiceClient, (client) => client.queryEvents(request));
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
    return exitCodes.done;
  },
});

function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined) {
    const next = 'As in 30m, 24h or 7d, and 3650d at the most.';
    throw usageError(`--since ${text} is no duration`, { next, help: HELP });
  }
  return ms;
}
