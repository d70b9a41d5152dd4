import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { traceRedis } from '#lib/telemetry/store-hooks.ts';

/** One script an answer. Its header says what it takes and returns. */
export interface RedisScript {
  readonly name: string;
  readonly text: string;
  readonly sha: string;
}

type ScriptArgument = string | number;

/** Of a driver, what running a script takes. */
export interface ScriptServer {
  evalsha(sha: string, keyCount: number, ...keysAndArgs: ScriptArgument[]): Promise<unknown>;
  eval(text: string, keyCount: number, ...keysAndArgs: ScriptArgument[]): Promise<unknown>;
}

/** `<name>.lua` of the folder, behind the files with what it is built from. */
export function loadRedisScript(folder: URL, name: string, parts: readonly string[] = []): RedisScript {
  const text = [...parts, name]
    .map((file) => readFileSync(new URL(`${file}.lua`, folder), 'utf8'))
    .join('\n');
  return { name, text, sha: createHash('sha1').update(text).digest('hex') };
}

/**
 * By its digest, so that the text is sent to a server once. One that does not know the script has run nothing:
 * after SCRIPT FLUSH or a restart it is given the text with the same question, over the same connection.
 */
export function runRedisScript(
  server: ScriptServer,
  { name, text, sha }: RedisScript,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  return traceRedis(name, async () => {
    try {
      return await server.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return server.eval(text, keys.length, ...keys, ...args);
    }
  });
}

const isUnknownScript = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOSCRIPT ');
