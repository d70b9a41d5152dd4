import type { Command } from 'commander';
import { BelayError } from '#lib/errors.ts';
import { announce, call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import type { Session } from '../../frame/session.ts';
import { defineVerb } from '../../frame/verb.ts';

interface ResolveOptions {
  readonly id: string;
  readonly reason: string;
}

export const incidentResolve = defineVerb<ResolveOptions>({
  path: 'incident resolve',
  summary: 'End an incident; reported again, it is considered again',
  group: 'Incidents',
  example: 'incident resolve INC001 --reason "node was replaced by hand"',
  configure: (command: Command) => {
    command
      .argument('<id>', 'its id, a unique beginning of it, or the number people know it by')
      .requiredOption('--reason <text>', 'why; its history keeps it');
  },
  parse: ({ args, options }) => ({ id: args[0] ?? '', reason: options['reason'] as string }),
  run: async ({ id, reason }, session) => {
    const { DetectorServiceClient } = await import('#gen/belay/v1/detector_service.ts');
    await announce(session);
    const incidentId = await wholeId(id, session);
    const { wasOpen } = await call(session, DetectorServiceClient, (client) =>
      client.resolveIncident({ incidentId, reason }),
    );
    await session.out.print({
      kind: 'IncidentResolution',
      body: { incidentId, wasOpen },
      names: [incidentId],
      table: () => ({ rows: [[incidentId, wasOpen ? 'resolved' : 'was not open, nothing changed']] }),
    });
    return exitCodes.done;
  },
});

/** What was reported a moment ago is known to the adapter before the history has it. */
async function wholeId(id: string, session: Session): Promise<string> {
  const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
  try {
    const { incident } = await call(session, AuditServiceClient, (client) => client.getIncident({ id }));
    return incident?.incidentId ?? id;
  } catch (error) {
    if (error instanceof BelayError && error.kind === 'not_found') return id;
    throw error;
  }
}
