import { z } from 'zod';
import type { Clock } from '#lib/clock.ts';
import type { ObjectStore } from '../object-store.ts';
import type { ObjectMetadata } from '../objects.ts';
import { type Body, parseBody } from './body.ts';
import { deletePod, withDeletion } from './delete-pod.ts';
import { getObject } from './get-object.ts';
import { type ApiRequest, isDryRun, placeOfRequest } from './requests.ts';
import { objectConflict, successStatus } from './status.ts';

const preconditions = z.looseObject({
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
});
const deleteOptions = z.looseObject({
  gracePeriodSeconds: z.coerce.number().int().min(0).optional(),
  preconditions: preconditions.optional(),
  dryRun: z.array(z.string()).optional(),
});

/** Answers with the pod, or with a Status for what has no grace period. */
export function deleteObject(
  store: ObjectStore,
  clock: Clock,
  request: ApiRequest,
  { content }: Body,
): object {
  const { resource, query } = request;
  const current = getObject(store, request);
  const inQuery = query.get('gracePeriodSeconds') ?? undefined;
  const options = parseBody(deleteOptions, content ?? { gracePeriodSeconds: inQuery });
  checkPreconditions(request, current.metadata, options.preconditions);
  const isDry = isDryRun(request) || (options.dryRun?.includes('All') ?? false);
  if (current.kind === 'Pod') {
    const grace = options.gracePeriodSeconds;
    return isDry ? withDeletion(current, clock.now(), grace) : deletePod(store, clock, current, grace);
  }
  if (!isDry) store.remove(resource.plural, placeOfRequest(request));
  const { name, uid } = current.metadata;
  return successStatus({ name, group: resource.group, kind: resource.plural, uid });
}

function checkPreconditions(
  { resource }: ApiRequest,
  metadata: ObjectMetadata,
  wanted: z.infer<typeof preconditions> = {},
): void {
  for (const field of ['uid', 'resourceVersion'] as const) {
    const value = wanted[field];
    if (value === undefined || value === metadata[field]) continue;
    const label = field === 'uid' ? 'UID' : 'ResourceVersion';
    throw objectConflict(
      resource.kind,
      metadata.name,
      `the ${label} in the precondition (${value}) does not match the ${label} in record (${metadata[field]})`,
    );
  }
}
