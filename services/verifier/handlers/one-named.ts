import { ambiguousId, ENOUGH_CANDIDATES } from '#lib/ambiguous-id.ts';
import { BelayError } from '#lib/errors.ts';
import type { WatchIds } from '../domain/watch.ts';
import type { NamedWatches } from '../ports.ts';

/**
 * The action with an id, or with a beginning of it that no other action has whose outcome is or was unknown. Also
 * those that are resolved count: given again, a beginning must not come to mean another action.
 */
export async function oneNamed(watches: NamedWatches, id: string): Promise<WatchIds> {
  const [only, ...others] = await watches.named(id, ENOUGH_CANDIDATES);
  if (!only) throw notKnown(id);
  if (others.length > 0)
    throw ambiguousId(
      id,
      'actions',
      [only, ...others].map(({ actionId }) => actionId),
    );
  return only;
}

function notKnown(id: string): BelayError {
  return new BelayError('not_found', `no action with an unknown outcome is known as ${JSON.stringify(id)}`, {
    code: 'NO_SUCH_ACTION',
    field: 'id',
    why: 'it was never ordered, or ended otherwise: by a beginning only unknown outcomes are found',
    next: 'belay audit query --outcome unknown, which shows what ended so',
  });
}
