import type { Place } from '../object-store.ts';
import { type ResourceKind, resourceKinds, type Verb } from './resources.ts';
import { badRequest, methodNotAllowed, unknownPath } from './status.ts';

/** What is asked of which objects; without a namespace, of those in all of them. */
export interface ApiRequest {
  readonly verb: Verb;
  readonly resource: ResourceKind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly query: URLSearchParams;
}

/** Undefined for paths that are not below an API version, such as /version. */
export function parseRequest(
  method: string,
  pathname: string,
  query: URLSearchParams,
): ApiRequest | undefined {
  const path = /^\/(?:api|apis\/(?<group>[a-z]+))\/(?<version>v\d)\/(?<rest>.+)$/.exec(pathname)?.groups;
  if (!path) return undefined;
  const { group = '', version = '', rest = '' } = path;
  const segments = rest.split('/').map(decode);
  if (segments.includes('')) throw unknownPath();
  const { plural, namespace, name } = locate(segments);
  const resource = resourceKinds.find(
    (known) => known.group === group && known.version === version && known.plural === plural,
  );
  if (!resource || (namespace !== undefined && !resource.namespaced)) throw unknownPath();
  const verb = verbOf(method, name !== undefined, query);
  if (!resource.verbs.includes(verb)) throw methodNotAllowed();
  if (resource.namespaced && namespace === undefined && verb !== 'list' && verb !== 'watch')
    throw unknownPath();
  return { verb, resource, namespace, name, query };
}

export function placeOfRequest({ namespace = '', name = '' }: ApiRequest): Place {
  return { namespace, name };
}

export function isDryRun({ query }: ApiRequest): boolean {
  return query.get('dryRun') === 'All';
}

function locate(segments: readonly string[]) {
  const isBelowNamespace = segments[0] === 'namespaces' && segments.length > 2;
  const namespace = isBelowNamespace ? segments[1] : undefined;
  const [plural, name, ...deeper] = isBelowNamespace ? segments.slice(2) : segments;
  if (deeper.length > 0) throw unknownPath();
  return { plural, namespace, name };
}

function verbOf(method: string, isNamed: boolean, query: URLSearchParams): Verb {
  const isWatch = ['1', 'true'].includes(query.get('watch') ?? '');
  if (method === 'GET') return isWatch ? 'watch' : isNamed ? 'get' : 'list';
  if (method === 'POST' && !isNamed) return 'create';
  if (method === 'PATCH' && isNamed) return 'patch';
  // Of a collection it would delete everything in it: the sandbox does not know that.
  if (method === 'DELETE' && isNamed) return 'delete';
  throw methodNotAllowed();
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`"${segment}" is not encoded properly`);
  }
}
