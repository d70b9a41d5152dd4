import type { StormStatus } from '#gen/belay/v1/decision_service.ts';
import { call } from '../connection/call.ts';
import type { Session } from '../frame/session.ts';

/** Those that stand at this moment. */
export async function readStorms(session: Session): Promise<readonly StormStatus[]> {
  const { DecisionServiceClient } = await import('#gen/belay/v1/decision_service.ts');
  return (await call(session, DecisionServiceClient, (client) => client.listStorms({}))).storms;
}
