import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { BelayError } from '#lib/errors.ts';
import type { ConfigFile, NamedContext } from './parse-config-file.ts';

/** The contexts of `$XDG_CONFIG_HOME/belay/config.yaml`. No file is a file without any. */
export async function readConfigFile(env: NodeJS.ProcessEnv): Promise<ConfigFile> {
  const path = join(configHome(env), 'belay', 'config.yaml');
  if (!existsSync(path)) return { path, currentContext: undefined, contexts: new Map() };
  const { parseConfigFile } = await import('./parse-config-file.ts');
  return parseConfigFile(path);
}

/** By the rules of XDG, a path that is not absolute counts as none. */
function configHome(env: NodeJS.ProcessEnv): string {
  const given = env['XDG_CONFIG_HOME'];
  return given && isAbsolute(given) ? given : join(env['HOME'] || homedir(), '.config');
}

export function contextOf(file: ConfigFile, name: string): NamedContext {
  const context = file.contexts.get(name);
  if (context) return context;
  const known = [...file.contexts.keys()];
  throw new BelayError('not_found', `there is no context ${name}`, {
    code: 'CONTEXT_UNKNOWN',
    why: known.length === 0 ? `${file.path} has no contexts` : `${file.path} has: ${known.join(', ')}`,
    next: `add it there, or name one that is there, or use --endpoint`,
  });
}
