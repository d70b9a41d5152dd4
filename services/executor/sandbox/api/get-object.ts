import type { ObjectStore } from '../object-store.ts';
import type { KubeObject } from '../objects.ts';
import { type ApiRequest, placeOfRequest } from './requests.ts';
import { notFound } from './status.ts';

export function getObject(store: ObjectStore, request: ApiRequest): KubeObject {
  const { plural } = request.resource;
  const found = store.get(plural, placeOfRequest(request));
  if (!found) throw notFound(plural, request.name ?? '');
  return found;
}
