import type { Change, ObjectStore } from '../object-store.ts';
import type { KubeObject } from '../objects.ts';
import { selection } from './list-objects.ts';
import type { ApiRequest } from './requests.ts';
import { ApiError, failureStatus } from './status.ts';

export interface WatchEvent {
  readonly type: Change['type'] | 'ERROR';
  readonly object: object;
}

/**
 * What happens to the selected objects since a resourceVersion; without one, first of all what is there.
 * Returns the way to stop; `emit` returns false when there is nobody left to tell.
 */
export function watchObjects(
  store: ObjectStore,
  request: ApiRequest,
  emit: (event: WatchEvent) => void,
): () => void {
  const { resource, query } = request;
  const matches = selection(request);
  const tell = (change: Change): void => {
    if (change.plural !== resource.plural) return;
    const event = eventOf(change, matches);
    if (event) emit(event);
  };

  const from = Number(query.get('resourceVersion') ?? 0);
  if (from === 0) {
    for (const object of store.list(resource.plural, request.namespace).filter(matches))
      emit({ type: 'ADDED', object });
    return store.subscribe(tell);
  }
  const missed = store.changesSince(from);
  if (!missed) {
    const gone = new ApiError(410, 'Expired', `too old resource version: ${from} (${store.version})`);
    emit({ type: 'ERROR', object: failureStatus(gone) });
    return () => {};
  }
  missed.forEach(tell);
  return store.subscribe(tell);
}

/** An object that no longer matches is deleted for those who look at what matches, and the other way round. */
function eventOf(
  { type, object, previous }: Change,
  matches: (object: KubeObject) => boolean,
): WatchEvent | undefined {
  const isIn = type !== 'DELETED' && matches(object);
  const wasIn = previous !== undefined && matches(previous);
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', object };
  return wasIn ? { type: 'DELETED', object } : undefined;
}
