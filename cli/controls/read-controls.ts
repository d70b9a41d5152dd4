import { applyControl, type ControlState, noControls } from '#lib/control/control-state.ts';
import { call } from '../connection/call.ts';
import type { Session } from '../frame/session.ts';

export interface KnownControls {
  /** As the engine sees them, heartbeat included. */
  readonly controls: ControlState;
  /** On the clock of the engine. */
  readonly readAt: Date;
}

export async function readControls(session: Session): Promise<KnownControls> {
  const { DecisionServiceClient } = await import('#gen/belay/v1/decision_service.ts');
  const { controls, readAt } = await call(session, DecisionServiceClient, (c) => c.getControls({}));
  return { controls: controls.reduce(applyControl, noControls), readAt: readAt ?? session.clock.now() };
}
