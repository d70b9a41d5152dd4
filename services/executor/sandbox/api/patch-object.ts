import { isDeepStrictEqual } from 'node:util';
import type { ObjectStore } from '../object-store.ts';
import type { KubeObject, ObjectMetadata } from '../objects.ts';
import { type Body, parseBody, type SentObject, sentObjectSchema } from './body.ts';
import { getObject } from './get-object.ts';
import { applyPatch } from './patches.ts';
import { type ApiRequest, isDryRun, placeOfRequest } from './requests.ts';
import { parseMetadata, type ResourceKind } from './resources.ts';
import { invalidObject, objectConflict } from './status.ts';

export function patchObject(store: ObjectStore, request: ApiRequest, body: Body): KubeObject {
  const { resource } = request;
  const current = getObject(store, request);
  const { name } = current.metadata;
  const patched = parseBody(sentObjectSchema, applyPatch(body.contentType, current, body.content));
  checkIdentity(resource, current.metadata, patched.metadata);
  const spec = resource.parseSpec(name, patched.spec);
  checkImmutable(resource, current, spec);
  const metadata = { ...parseMetadata(resource, name, patched.metadata), ...ofServer(current.metadata) };
  const next = { ...current, metadata, spec } as KubeObject;
  return isDryRun(request) ? next : store.update(resource.plural, placeOfRequest(request), () => next);
}

/** Whatever a client writes into them. The status is the server's too, and stays as it is. */
function ofServer(current: ObjectMetadata) {
  const { uid, resourceVersion, generation, creationTimestamp } = current;
  const { deletionTimestamp, deletionGracePeriodSeconds } = current;
  return {
    ...{ uid, resourceVersion, generation, creationTimestamp },
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
  };
}

function checkIdentity(
  { kind, plural }: ResourceKind,
  current: ObjectMetadata,
  patched: SentObject['metadata'],
): void {
  for (const field of ['name', 'namespace', 'uid'] as const) {
    if (patched[field] === current[field]) continue;
    throw invalidObject(kind, current.name, `metadata.${field}`, 'field is immutable');
  }
  if (patched['resourceVersion'] === current.resourceVersion) return;
  const hint = 'please apply your changes to the latest version and try again';
  throw objectConflict(plural, current.name, `the object has been modified; ${hint}`);
}

function checkImmutable({ kind }: ResourceKind, current: KubeObject, spec: KubeObject['spec']): void {
  const { name } = current.metadata;
  if (kind === 'Pod' && !isDeepStrictEqual(spec, current.spec)) {
    throw invalidObject(kind, name, 'spec', 'the sandbox does not change the spec of a pod');
  }
  const [before, after] = [current.spec, spec].map((s) => ('selector' in s ? s.selector : undefined));
  if (!isDeepStrictEqual(before, after)) {
    throw invalidObject(kind, name, 'spec.selector', 'field is immutable');
  }
}
