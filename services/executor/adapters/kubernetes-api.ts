import { z } from 'zod';
import { BelayError } from '#lib/errors.ts';
import { traceTarget } from '#lib/telemetry/trace-target.ts';
import { type Attempt, isNotFound, refusalOf, unreadable } from './kubernetes-errors.ts';
import type { HttpAnswer, HttpRequest, SendHttp } from './kubernetes-http.ts';

export interface Resource<T> {
  readonly group: '' | 'apps' | 'autoscaling';
  readonly version: 'v1' | 'v2';
  readonly plural: string;
  readonly schema: z.ZodType<T>;
}

export interface Place {
  readonly namespace: string;
  readonly name: string;
}

export interface KubernetesApi {
  get<T>(resource: Resource<T>, place: Place): Promise<T | undefined>;
  list<T>(resource: Resource<T>, namespace: string, labelSelector: string): Promise<T[]>;
  /** False: there is none of that name. `conflict`: the precondition did not hold. */
  delete<T>(resource: Resource<T>, place: Place, uid: string): Promise<'accepted' | 'absent' | 'conflict'>;
  version(): Promise<string>;
}

/** Bounds one answer; the namespaces of large clusters hold thousands of pods. */
const PAGE_SIZE = 100;

/** The requests of one call, with one deadline for all of them together. */
export function kubernetesApi(send: SendHttp, timeoutMs: number): KubernetesApi {
  const signal = AbortSignal.timeout(timeoutMs);
  const ask = (what: string, request: HttpRequest): Promise<HttpAnswer> =>
    traceTarget(`kubernetes ${what}`, () => send(request, signal));

  return {
    async get({ group, version, plural, schema }, place) {
      const answer = await ask(`get ${plural}`, {
        method: 'GET',
        path: pathOf({ group, version, plural }, place),
      });
      if (isNotFound(answer, place.name)) return undefined;
      return parseAnswer(schema, accepted(answer, { verb: 'get', group, plural, ...place }));
    },

    async list({ group, version, plural, schema }, namespace, labelSelector) {
      const page = z.object({
        metadata: z.object({ continue: z.string().optional() }),
        items: z.array(schema),
      });
      const items = [];
      for (let next: string | undefined = ''; next !== undefined; ) {
        const query = new URLSearchParams({
          labelSelector,
          limit: `${PAGE_SIZE}`,
          ...(next && { continue: next }),
        });
        const path = `${pathOf({ group, version, plural }, { namespace })}?${query.toString()}`;
        const answer = await ask(`list ${plural}`, { method: 'GET', path });
        const found = parseAnswer(page, accepted(answer, { verb: 'list', group, plural, namespace }));
        items.push(...found.items);
        next = found.metadata.continue || undefined;
      }
      return items;
    },

    async delete({ group, version, plural }, place, uid) {
      if (uid === '') throw invalid('uid', uid);
      const preconditions = { uid };
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
      // The server gives up when we do: a request that nobody waits for must not act later.
      const path = `${pathOf({ group, version, plural }, place)}?timeout=${timeoutMs}ms`;
      const answer = await ask(`delete ${plural}`, { method: 'DELETE', path, body });
      if (isNotFound(answer, place.name)) return 'absent';
      if (answer.status === 409) return 'conflict';
      accepted(answer, { verb: 'delete', group, plural, ...place });
      return 'accepted';
    },

    async version() {
      const answer = await ask('get version', { method: 'GET', path: '/version' });
      const version = z.object({ gitVersion: z.string() });
      const attempt = { verb: 'get', group: '', plural: 'version', namespace: '' } as const;
      return parseAnswer(version, accepted(answer, attempt)).gitVersion;
    },
  };
}

function accepted(answer: HttpAnswer, attempt: Attempt): HttpAnswer {
  if (answer.status === 200 || answer.status === 202) return answer;
  throw refusalOf(answer, attempt);
}

function parseAnswer<T>(schema: z.ZodType<T>, answer: HttpAnswer): T {
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    throw unreadable('it is not JSON');
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

type Kind = Pick<Resource<unknown>, 'group' | 'version' | 'plural'>;

/** An empty name or a dot would turn the path of one object into that of all: a DELETE there deletes them all. */
function pathOf({ group, version, plural }: Kind, { namespace, name }: Partial<Place>): string {
  if (namespace === undefined || !NAMESPACE.test(namespace)) throw invalid('namespace', namespace);
  if (name !== undefined && !NAME.test(name)) throw invalid('name', name);
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`;
}

function invalid(field: string, value: string | undefined): BelayError {
  return new BelayError('invalid', `"${value ?? ''}" is no ${field} of a Kubernetes object`, {
    code: 'KUBERNETES_NAME_INVALID',
    field,
  });
}
