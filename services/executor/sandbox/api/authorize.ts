import type { ApiRequest } from './requests.ts';
import type { Verb } from './resources.ts';
import { ApiError } from './status.ts';

export interface SandboxUser {
  readonly name: string;
  readonly mayChange: boolean;
}

export function authenticate(
  users: ReadonlyMap<string, SandboxUser>,
  authorization: string | undefined,
): SandboxUser {
  const user = users.get(/^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
  if (user) return user;
  throw new ApiError(401, 'Unauthorized', 'Unauthorized');
}

const reads: readonly Verb[] = ['get', 'list', 'watch'];

export function authorize(user: SandboxUser, { verb, resource, namespace, name }: ApiRequest): void {
  if (user.mayChange || reads.includes(verb)) return;
  const { plural, group } = resource;
  const what = name === undefined ? plural : `${plural} "${name}"`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${what} is forbidden: User "${user.name}" cannot ${verb} resource "${plural}" in API group "${group}" ${where}`;
  throw new ApiError(403, 'Forbidden', message, { name, kind: plural });
}
