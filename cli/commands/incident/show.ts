import type { Command } from 'commander';
import type { GetIncidentResponse } from '#gen/belay/v1/audit_service.ts';
import { sayUnknownOutcomes } from '../../audit/unknown-outcomes.ts';
import { call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import type { Result } from '../../frame/output.ts';
import { defineVerb } from '../../frame/verb.ts';
import { entryBody } from '../audit/entry.ts';
import { awaited } from './awaited.ts';

export const incidentShow = defineVerb<{ readonly id: string }>({
  path: 'incident show',
  summary: 'Everything that happened to an incident, in order',
  group: 'Incidents',
  example: 'incident show INC001',
  configure: (command: Command) => {
    command.argument('<id>', 'its id, a unique beginning of it, or the number people know it by');
  },
  parse: ({ args }) => ({ id: args[0] ?? '' }),
  run: async ({ id }, session) => {
    const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
    const found = await call(session, AuditServiceClient, (client) => client.getIncident({ id }));
    await session.out.print(showIncident(found));
    sayUnknownOutcomes(found.timeline, session);
    return exitCodes.done;
  },
});

export function showIncident({ incident, timeline }: GetIncidentResponse): Result {
  const id = incident?.incidentId ?? '';
  return {
    kind: 'Incident',
    body: { incident: { ...incident }, timeline: timeline.map(entryBody) },
    names: [id],
    table: ({ time, wide }) => ({
      header: ['TIME', 'EVENT', 'WHAT', ...(wide ? ['ID'] : [])],
      rows: [
        ...timeline.map((entry) => [
          entry.time ? time(entry.time) : '',
          entry.type,
          entry.text,
          ...(wide ? [entry.eventId] : []),
        ]),
        ['', 'outcome', [incident?.outcome ?? 'unknown', waitingRetry(timeline)].filter(Boolean).join('; ')],
      ],
    }),
  };
}

/** An approval is in the outcome itself. */
function waitingRetry(timeline: GetIncidentResponse['timeline']): string {
  const waits = awaited(timeline);
  return waits?.what === 'retry' ? waits.words : '';
}
