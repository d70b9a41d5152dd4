import { RunbookStatus } from '#gen/belay/v1/runbook_service.ts';
import type { Session } from '../frame/session.ts';
import type { ActiveMode } from '../play/bound-modes.ts';
import { callRegistry } from '../runbook/registry.ts';
import { ACTIVE_MODES, modeOf } from '../runbook/registry-words.ts';

/** How freely the active runbooks may act, as people have chosen. */
export async function activeModes(session: Session): Promise<readonly ActiveMode[]> {
  const asked = { type: '', tag: '', owner: '', trigger: '', status: RunbookStatus.ACTIVE };
  const { runbooks } = await callRegistry(session, (client) => client.listRunbooks(asked));
  return runbooks.flatMap(({ ref, mode }) => {
    const word = ACTIVE_MODES.find((one) => modeOf(one) === mode);
    return ref && word ? { name: ref.name, mode: word } : [];
  });
}
