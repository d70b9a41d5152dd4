import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Redis } from 'ioredis';
import { redisDecide } from '../../services/decision/adapters/redis-decide.ts';
import { requireCommand } from '../lab/cache.ts';
import { type GuardWorld, IN_FLIGHT, MAX_SKEW_MS } from './decision-guard-world.ts';

/** Grants a second when Redis' own tool asks for them, over one connection, as many at a time as Belay. */
export async function redisBenchmark(world: GuardWorld, count: number): Promise<number> {
  const { port, redis, keys } = world;
  const size = ['-c', '1', '-P', `${IN_FLIGHT}`, '-n', `${count}`, '-r', '2000000000'];
  const { stdout } = await promisify(execFile)(requireCommand('redis-benchmark'), [
    ...['-p', `${port}`, ...size, '--csv'],
    ...(await wordsOf(world)),
  ]);
  const held = await redis.scard(keys.open);
  if (held < count * 0.99) throw new Error(`redis-benchmark was granted ${held} of ${count}`);
  // Its last line is the command in quotes, which has commas of its own, and seven figures.
  const perSecond = Number(/"([\d.]+)"(?:,"[\d.]+"){6}\s*$/.exec(stdout)?.[1]);
  if (!(perSecond > 0)) throw new Error(`redis-benchmark said: ${stdout.slice(-100)}`);
  return perSecond;
}

/** The command as the adapter sends it. The tool puts 12 digits of its own in each place of the mark. */
async function wordsOf({ request, keys }: GuardWorld): Promise<string[]> {
  let words: string[] = [];
  const listener = {
    evalsha: async (...sent: (string | number)[]) => {
      words = ['EVALSHA', ...sent.map(String)];
      return ['first', 'held', '', '0'];
    },
  } as unknown as Redis;
  await redisDecide(listener, keys, request('__rand_int__'), MAX_SKEW_MS);
  return words;
}
