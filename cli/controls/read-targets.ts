import { call } from '../connection/call.ts';
import type { Session } from '../frame/session.ts';
import { type KnownControls, readControls } from './read-controls.ts';
import { type TargetState, targetState } from './target-state.ts';

/** Those that an executor serves, each with what stops it. */
export async function readTargets(session: Session, known?: KnownControls): Promise<TargetState[]> {
  const { DecisionServiceClient } = await import('#gen/belay/v1/decision_service.ts');
  const [{ targets }, controls] = await Promise.all([
    call(session, DecisionServiceClient, (client) => client.getTargets({})),
    known ?? readControls(session),
  ]);
  return targets.map(({ name }) => targetState(name, controls));
}
