import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { version as packageVersion } from '#lib/version.ts';
import { exitCodes } from '../frame/exit-codes.ts';
import type { Result } from '../frame/output.ts';
import { defineVerb } from '../frame/verb.ts';

export const version = defineVerb<undefined>({
  path: 'version',
  summary: 'Print which version this is',
  group: 'This command',
  example: 'version -o json',
  configure: () => {},
  parse: () => undefined,
  run: async (_, { out }) => {
    await out.print(
      versionResult({ version: packageVersion, node: process.versions.node, commit: commitOf(ROOT) }),
    );
    return exitCodes.done;
  },
});

interface Versions {
  readonly version: string;
  readonly node: string;
  readonly commit: string | undefined;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function versionResult({ version, node, commit }: Versions): Result {
  return {
    kind: 'Version',
    body: { version, node, ...(commit !== undefined && { commit }) },
    names: [version],
    table: () => ({
      rows: [['belay', version], ['node', node], ...(commit === undefined ? [] : [['commit', commit]])],
    }),
  };
}

/** Of a clone. An installed package may lie in the repository of somebody else, whose commit is not ours. */
export function commitOf(root: string): string | undefined {
  if (!existsSync(`${root}/.git`)) return undefined;
  try {
    return execFileSync('git', ['-C', root, 'rev-parse', '--verify', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 1_000,
    }).trim();
  } catch {
    return undefined;
  }
}
