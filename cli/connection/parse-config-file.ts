import { z } from 'zod';
import { loadConfig } from '#lib/config/load-config.ts';
import { secret } from '#lib/config/secret.ts';
import { type ClientTlsConfig, clientTlsSection } from '#lib/config/sections.ts';

/** A Belay that somebody has given a name to. */
export interface NamedContext {
  readonly endpoint: string;
  readonly ops: readonly string[];
  readonly token: string | undefined;
  readonly tls: ClientTlsConfig | undefined;
}

export interface ConfigFile {
  readonly path: string;
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, NamedContext>;
}

const context = z.strictObject({
  endpoint: z.string().regex(/^(\[[\da-f:]+\]|[^\s:/]+):\d{1,5}$/i, 'expected host:port'),
  /** Base URLs of the ops servers, for `doctor`. */
  ops: z.array(z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })).default([]),
  token: secret().optional(),
  tls: clientTlsSection.optional(),
});

// What looks like a path is one, and `local` is the system that runs here.
const name = z.string().regex(/^(?!local$)[\w-][\w.-]*$/, 'expected letters, digits, - and _, and not local');

const schema = z.strictObject({
  currentContext: name.optional(),
  contexts: z.record(name, context).default({}),
});

export function parseConfigFile(path: string): ConfigFile {
  const { currentContext, contexts } = loadConfig(schema, { file: path });
  const named = Object.entries(contexts).map(([key, { endpoint, ops, token, tls }]) => {
    return [key, { endpoint, ops, token: token?.reveal(), tls }] as const;
  });
  return { path, currentContext, contexts: new Map(named) };
}
