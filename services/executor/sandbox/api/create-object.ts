import { type ObjectStore, placeOf } from '../object-store.ts';
import type { KubeObject } from '../objects.ts';
import { randomSuffix } from '../random-suffix.ts';
import { type Body, parseBody, type SentObject, sentObjectSchema } from './body.ts';
import { type ApiRequest, isDryRun } from './requests.ts';
import { apiVersionOf, draftOf, parseMetadata } from './resources.ts';
import { alreadyExists, badRequest, notFound } from './status.ts';

export function createObject(store: ObjectStore, request: ApiRequest, { content }: Body): KubeObject {
  const { resource, namespace } = request;
  const sent = parseBody(sentObjectSchema, content);
  checkFit(request, sent);
  if (namespace !== undefined && !store.get('namespaces', { namespace: '', name: namespace })) {
    throw notFound('namespaces', namespace);
  }
  const { name: given, generateName } = sent.metadata;
  const name = given ?? (generateName === undefined ? '' : `${generateName}${randomSuffix()}`);
  const inNamespace = namespace === undefined ? {} : { namespace };
  const metadata = { ...parseMetadata(resource, name, sent.metadata), ...inNamespace };
  const draft = draftOf(resource, metadata, sent.spec);
  if (!isDryRun(request)) return store.create(resource.plural, draft);
  if (store.get(resource.plural, placeOf(metadata))) throw alreadyExists(resource.plural, name);
  return draft as KubeObject;
}

function checkFit({ resource, namespace }: ApiRequest, { apiVersion, kind, metadata }: SentObject): void {
  if (kind !== undefined && kind !== resource.kind) throw badRequest(`a ${kind} is no ${resource.kind}`);
  if (apiVersion !== undefined && apiVersion !== apiVersionOf(resource)) {
    throw badRequest(`${apiVersion} is not the version of the path`);
  }
  if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the object does not match the namespace of the request');
  }
}
