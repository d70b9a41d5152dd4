import type { Mode } from '#gen/belay/v1/common.ts';
import { type ActivateRunbookResponse, RunbookStatus } from '#gen/belay/v1/runbook_service.ts';
import type { Session } from '../frame/session.ts';
import { callRegistry } from './registry.ts';

interface WantedActivation {
  readonly name: string;
  readonly version: number;
  readonly mode: Mode;
  readonly reason: string;
  /** What its user saw, where that was said. */
  readonly seen: number | undefined;
}

/** Looks first: whoever changes it in between is not overturned unseen. */
export const activateIn = (
  { name, version, mode, reason, seen }: WantedActivation,
  session: Session,
): Promise<ActivateRunbookResponse> =>
  callRegistry(session, async (client) => {
    const { versions } = await client.getRunbook({ name, version });
    const active = versions.find(({ status }) => status === RunbookStatus.ACTIVE);
    return client.activateRunbook({
      ...{ name, version, mode, reason },
      seenVersion: seen ?? active?.ref?.version ?? 0,
      seenMode: active?.mode ?? 0,
    });
  });
