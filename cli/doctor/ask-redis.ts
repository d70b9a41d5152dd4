import { readFileSync } from 'node:fs';
import { BelayError } from '#lib/errors.ts';
import type { Asking } from './ask-ops.ts';
import { type Answer, bad, type Check, good, type Outcome } from './check.ts';
import { clockOutcome } from './clock-check.ts';
import { queryRedis } from './query-redis.ts';
import type { StoreConfig } from './store-config.ts';

type RedisConfig = Extract<NonNullable<StoreConfig['guardrails']>, { kind: 'redis' }>;

/** Whether it answers, never throws slots away for want of memory, and has the right time. */
export async function askRedis({ url, tls }: RedisConfig, { timeoutMs, clock }: Asking): Promise<Answer> {
  const target = new URL(url.reveal());
  const check = (name: string, outcome: Outcome): Check => ({
    service: 'redis',
    name,
    asked: target.host,
    ...outcome,
  });
  try {
    const from = clock.now();
    const commands = [['TIME'], ['INFO', 'memory'], ['INFO', 'replication']] as const;
    const [time, memory, replication] = await queryRedis(target, commands, {
      timeoutMs,
      ...(tls && { tls: tlsFiles(tls) }),
    });
    const ours = { from, to: clock.now() };
    return {
      reached: true,
      checks: [
        check('memory', memoryOutcome(fieldOf(memory, 'maxmemory_policy'))),
        check('role', roleOutcome(fieldOf(replication, 'role'))),
        check('clock', clockOutcome(spanOf(time), ours)),
      ],
    };
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    const reached = error.kind !== 'unavailable' && error.kind !== 'timeout';
    const fix = error.next ?? 'check that it runs, and the address in guardrails.url';
    return { reached, checks: [check('connection', bad(error.message, fix))] };
  }
}

function memoryOutcome(policy: string): Outcome {
  if (policy === 'noeviction') return good('noeviction');
  const detail = `${policy || 'its policy is not told'}: slots could be thrown away for want of memory`;
  return bad(detail, 'set maxmemory-policy noeviction');
}

function roleOutcome(role: string): Outcome {
  if (role === 'master') return good('takes writes');
  return bad(`is a ${role || 'server that does not tell its role'}`, 'point guardrails.url to the primary');
}

/** TIME answers with seconds and microseconds. */
function spanOf(time: unknown): { from: Date; to: Date } {
  const [seconds, micros] = Array.isArray(time) ? time.map(Number) : [];
  const at = new Date((seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000);
  return { from: at, to: at };
}

function fieldOf(info: unknown, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(String(info))?.[1] ?? '';
}

function tlsFiles(tls: NonNullable<RedisConfig['tls']>) {
  return Object.fromEntries(Object.entries(tls).map(([name, path]) => [name, readFileSync(path)]));
}
