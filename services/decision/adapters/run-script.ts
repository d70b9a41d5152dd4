import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { traceRedis } from '#lib/telemetry/store-hooks.ts';

const read = (name: string) => readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');

const scripts = {
  'decide-slot': ['observe-scopes', 'charge-slot', 'decide-slot'].map(read).join('\n'),
  'settle-slot': read('settle-slot'),
  'refill-slot': ['charge-slot', 'refill-slot'].map(read).join('\n'),
  'clear-keys': read('clear-keys'),
  'open-store': read('open-store'),
};

/** One script an answer. Its header says what it takes and returns. */
export function runScript(
  redis: Redis,
  name: keyof typeof scripts,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  return traceRedis(name, () => redis.eval(scripts[name], keys.length, ...keys, ...args));
}
