import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { loadRedisScript, runRedisScript } from '#lib/redis-script.ts';
import { type LabRedis, startRedis } from '../lab/redis.ts';
import { eventually } from '../support/eventually.ts';

let server: LabRedis;
let redis: Redis;
let folder: string;

beforeAll(async () => {
  server = await startRedis();
  folder = mkdtempSync(join(tmpdir(), 'belay-scripts-'));
  writeFileSync(join(folder, 'part.lua'), "local function count() return redis.call('INCR', KEYS[1]) end");
  writeFileSync(join(folder, 'count.lua'), 'return { count(), ARGV[1] }');
  writeFileSync(join(folder, 'fail.lua'), "count() return redis.error_reply('ERR as told: NOSCRIPT')");
  redis = new Redis(server.endpoint, { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 });
  redis.on('error', () => {});
});
beforeEach(async () => {
  await redis.flushall();
  await redis.script('FLUSH');
  await redis.config('RESETSTAT');
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const load = (name: string) => loadRedisScript(pathToFileURL(`${folder}/`), name, ['part']);
const count = (arg = '') => runRedisScript(redis, load('count'), ['counted'], [arg]);
const textsSent = async () =>
  Number(/cmdstat_eval:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);

it('sends the text of a script once', async () => {
  expect([await count('a'), await count('b'), await count('c')]).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ]);
  expect(await textsSent()).toBe(1);
});

it('runs each call once, whenever the scripts are flushed', async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => {
      if (i % 20 === 10) void redis.script('FLUSH');
      return count(`${i}`);
    }),
  );
  expect(await redis.get('counted')).toBe('200');
  const numbers = answers.map((answer) => (answer as [number, string])[0]);
  expect(new Set(numbers).size).toBe(200);
  expect(answers.map((answer) => (answer as [number, string])[1])).toEqual(numbers.map((_, i) => `${i}`));
});

it('gives the text to a server that came up again', async () => {
  await count();
  await server.kill();
  await server.restart();
  await eventually(async () => expect(await count('again')).toEqual([1, 'again']));
  expect(await count()).toEqual([2, '']);
  expect(await textsSent()).toBe(1);
});

it('a script that fails has run, and is not run again', async () => {
  await expect(runRedisScript(redis, load('fail'), ['counted'], [])).rejects.toThrow('as told');
  await expect(runRedisScript(redis, load('fail'), ['counted'], [])).rejects.toThrow('as told');
  expect(await redis.get('counted')).toBe('2');
});
