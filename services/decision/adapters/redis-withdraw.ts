import type { Redis } from 'ioredis';
import { runRedisScript } from '#lib/redis-script.ts';
import type { SlotStatus } from '../domain/guardrails/guardrail-book.ts';
import { isWithdrawn, type Withdrawal } from '../domain/guardrails/withdraw-slot.ts';
import type { OpenSlot } from '../ports.ts';
import { notReady } from './not-ready.ts';
import type { GuardrailKeys } from './redis-keys.ts';
import { withdrawSlotScript } from './redis-scripts.ts';

export async function redisWithdraw(
  redis: Redis,
  keys: GuardrailKeys,
  { decisionId, unaskedSince }: Withdrawal,
): Promise<boolean> {
  const names = [keys.ready, keys.slot(decisionId)];
  const status = await runRedisScript(redis, withdrawSlotScript, names, [unaskedSince.getTime()]);
  if (status === 'not_ready') throw notReady();
  return isWithdrawn(status as SlotStatus);
}

/**
 * Not one picture of all of them: what is taken or ends meanwhile may be in it or not. But all of one store: what is
 * cleared and filled again would be missing, and be taken for over.
 */
export async function redisOpenSlots(redis: Redis, keys: GuardrailKeys): Promise<OpenSlot[]> {
  const marker = await redis.get(keys.ready);
  const slots = await readOpen(redis, keys);
  if (marker === null || (await redis.get(keys.ready)) !== marker) throw notReady();
  return slots;
}

async function readOpen(redis: Redis, keys: GuardrailKeys): Promise<OpenSlot[]> {
  const open = await redis.smembers(keys.open);
  const slots = await Promise.all(
    open.map(async (decisionId) => {
      const [record, ...times] = await redis.hmget(
        keys.slot(decisionId),
        'record',
        'at',
        'grant_at',
        'asked',
      );
      const [at = 0, grantAt = 0, asked = 0] = times.map(Number);
      const takenAtMs = Math.max(at, grantAt);
      const askedAt = new Date(Math.max(takenAtMs, asked));
      return { decisionId, record: record ?? '', takenAt: new Date(takenAtMs), askedAt };
    }),
  );
  // Gone since it was listed.
  return slots.filter(({ record }) => record !== '');
}
