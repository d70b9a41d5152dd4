import type { Resource } from '#gen/belay/v1/common.ts';
import { usageError } from './usage-error.ts';

/** What `--resource`, `--namespace` and `--target` name together; undefined without the first. */
export function resourceOption(
  options: Readonly<Record<string, unknown>>,
  help: string,
): Resource | undefined {
  const text = (name: string) => (options[name] as string | undefined) ?? '';
  const resource = text('resource');
  if (resource === '') return undefined;
  const [kind = '', name = '', ...more] = resource.split('/');
  if (kind === '' || name === '' || more.length > 0) {
    throw usageError(`--resource ${resource} is not kind/name`, {
      next: 'As in pod/api-server-abc123.',
      help,
    });
  }
  return { target: text('target'), kind: kind.toLowerCase(), namespace: text('namespace'), name, uid: '' };
}
