import { type ObjectStore } from '../object-store.ts';
import { type KubeObject, namespaceOf } from '../objects.ts';
import { parseFieldSelector, parseLabelSelector } from '../selectors.ts';
import type { ApiRequest } from './requests.ts';
import { apiVersionOf } from './resources.ts';
import { badRequest } from './status.ts';

export interface ObjectList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly KubeObject[];
}

/** Page by page, each as of now: what changes between two pages may be seen or not. */
export function listObjects(store: ObjectStore, request: ApiRequest): ObjectList {
  const { resource, namespace, query } = request;
  const matches = selection(request);
  const after = decodeContinue(query.get('continue'));
  const found = store
    .list(resource.plural, namespace)
    .filter((object) => matches(object) && keyOf(object) > after);
  const limit = Number(query.get('limit') ?? 0) || found.length;
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const rest = found.length - items.length;
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: `${store.version}`,
      ...(rest > 0 && last && { continue: encodeContinue(last), remainingItemCount: rest }),
    },
    items,
  };
}

/** Which objects of its kind and namespace a list or a watch is about. */
export function selection({ namespace, query }: ApiRequest): (object: KubeObject) => boolean {
  const hasLabels = parseLabelSelector(query.get('labelSelector') ?? '');
  const hasFields = parseFieldSelector(query.get('fieldSelector') ?? '');
  return (object) =>
    (namespace === undefined || namespaceOf(object) === namespace) &&
    hasLabels(object.metadata.labels) &&
    hasFields(object);
}

function keyOf(object: KubeObject): string {
  return `${namespaceOf(object)}/${object.metadata.name}`;
}

function encodeContinue(last: KubeObject): string {
  return Buffer.from(JSON.stringify({ after: keyOf(last) })).toString('base64url');
}

function decodeContinue(token: string | null): string {
  if (!token) return '';
  try {
    const { after } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { after: string };
    return after;
  } catch {
    throw badRequest('continue key is not valid');
  }
}
