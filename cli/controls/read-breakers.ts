import type { BreakerStatus } from '#gen/belay/v1/decision_service.ts';
import { call } from '../connection/call.ts';
import type { Session } from '../frame/session.ts';

/** As the guardrails have them at this moment. */
export async function readBreakers(session: Session): Promise<readonly BreakerStatus[]> {
  const { DecisionServiceClient } = await import('#gen/belay/v1/decision_service.ts');
  return (await call(session, DecisionServiceClient, (client) => client.listBreakers({}))).breakers;
}
