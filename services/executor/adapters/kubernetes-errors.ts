import { z } from 'zod';
import { BelayError } from '#lib/errors.ts';
import type { HttpAnswer } from './kubernetes-http.ts';

/** One request of the API, as RBAC names it: for errors, and for the rule that would allow it. */
export interface Attempt {
  readonly verb: 'get' | 'list' | 'delete';
  readonly group: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name?: string;
}

/** What an API server says when it does not do as asked. */
const statusSchema = z.object({
  kind: z.literal('Status'),
  reason: z.string().default(''),
  message: z.string().default(''),
  details: z.object({ name: z.string().optional() }).default({}),
});

/**
 * A 404 counts only when it is an API server's own and about this object: a gateway's, or one about an unknown
 * path, says nothing about a pod.
 */
export function isNotFound(answer: HttpAnswer, name: string): boolean {
  if (answer.status !== 404) return false;
  const status = statusOf(answer);
  return status?.reason === 'NotFound' && status.details.name === name;
}

export function refusalOf(answer: HttpAnswer, attempt: Attempt): BelayError {
  const why = statusOf(answer)?.message || `it answered ${answer.status} without saying why`;
  const what = describe(attempt);
  if (answer.status === 401) {
    return new BelayError('forbidden', `the cluster does not know the executor: ${what}`, {
      code: 'CLUSTER_CREDENTIALS_REFUSED',
      why,
      next: 'check the token or certificate of the kubeconfig; it may have expired',
    });
  }
  if (answer.status === 403) return forbidden(what, why, attempt);
  if (answer.status === 429 || answer.status >= 500) {
    return new BelayError('unavailable', `the cluster did not do it (${answer.status}): ${what}`, {
      code: 'CLUSTER_UNAVAILABLE',
      why,
    });
  }
  return unreadable(`${what}: ${answer.status}, ${why}`);
}

/** Not what an API server answers: nothing follows from it. */
export function unreadable(why: string): BelayError {
  return new BelayError('unavailable', 'the answer of the cluster makes no sense', {
    code: 'CLUSTER_ANSWER_UNREADABLE',
    why,
    next: 'look whether the address is that of a Kubernetes API server',
  });
}

function forbidden(what: string, why: string, attempt: Attempt): BelayError {
  const { verb, group, plural, namespace } = attempt;
  // Admission policies answer 403 too, and no rule of a role would help against them.
  const isRbac = why.includes(`cannot ${verb} resource`);
  const rule = `{apiGroups: ["${group}"], resources: [${plural}], verbs: [${verb}]}`;
  const next = isRbac
    ? `add ${rule} to the executor's Role in ${namespace}`
    : 'an admission policy refused it: ask whoever owns the policy';
  return new BelayError('forbidden', `not allowed: ${what}`, { code: 'CLUSTER_FORBIDDEN', why, next });
}

function describe({ verb, plural, namespace, name }: Attempt): string {
  return [verb, plural, name && `"${name}"`, namespace && `in namespace ${namespace}`]
    .filter(Boolean)
    .join(' ');
}

function statusOf(answer: HttpAnswer): z.infer<typeof statusSchema> | undefined {
  try {
    return statusSchema.safeParse(JSON.parse(answer.text)).data;
  } catch {
    return undefined;
  }
}
