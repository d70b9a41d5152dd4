import { BelayError } from '#lib/errors.ts';
import { call } from '../connection/call.ts';
import type { Session } from '../frame/session.ts';
import { readBreakers } from './read-breakers.ts';
import type { KnownControls } from './read-controls.ts';
import { readStorms } from './read-storms.ts';
import { readTargets } from './read-targets.ts';
import type { StatusBesides } from './status-report.ts';

/** What people want to know besides the controls when they ask how things are. */
export async function readBesides(session: Session, known: KnownControls): Promise<StatusBesides> {
  const { ApprovalServiceClient } = await import('#gen/belay/v1/approval_service.ts');
  const [targets, breakers, storms, { approvals }] = await Promise.all([
    readTargets(session, known),
    readBreakers(session).catch(undefinedWhereNotReady),
    readStorms(session).catch(undefinedWhereNotReady),
    call(session, ApprovalServiceClient, (client) => client.listApprovals({ mine: false, all: false })),
  ]);
  return { targets, breakers, storms, approvals };
}

/** The guardrails are rebuilt. What else there is to say must be said then more than ever. */
function undefinedWhereNotReady(error: unknown): undefined {
  if (error instanceof BelayError && error.code === 'GUARDRAILS_NOT_READY') return undefined;
  throw error;
}
