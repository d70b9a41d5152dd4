import { Redis } from 'ioredis';
import { systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { redisGuardrails } from '../../services/decision/adapters/redis-guardrails.ts';
import type { Guardrails } from '../../services/decision/ports.ts';
import { startRedis } from '../lab/redis.ts';
import { aboutOf, slotWants } from '../support/slot-wants.ts';
import { type Part, pickOf, wholeOf } from './decision-part.ts';

const ALLOWED_MS = 5_000;
/** Between the question and its answer some time passes on a machine that is busy. */
const SPARE_MS = 2_000;

/** Whoever has the wrong time is refused, and takes nothing; beside it, the right time gets its slots. */
export const clock: Part = async ({ quick, random }) => {
  const trials = quick ? 20 : 1_000;
  const server = await startRedis();
  const redis = new Redis(server.endpoint);
  const guardrails = redisGuardrails({ redis, clock: systemClock, publishWithinMs: 0 });
  const violations: string[] = [];
  try {
    await guardrails.rebuild(async () => {});
    for (let i = 0; i < trials; i += 1) {
      const sizeMs = wholeOf(ALLOWED_MS + SPARE_MS, 600_000, random);
      const offMs = i === 0 ? 600_000 : pickOf([sizeMs, -sizeMs], random);
      const before = await redis.dbsize();
      const wrong = await answerTo(guardrails, `dec-wrong-${i}`, offMs);
      if (wrong !== 'CLOCK_SKEW') violations.push(`a clock off by ${offMs} ms got: ${wrong}`);
      if ((await redis.dbsize()) !== before) violations.push(`a clock off by ${offMs} ms left something`);
      const right = await answerTo(guardrails, `dec-right-${i}`, 0);
      if (right !== 'held') violations.push(`the right time got: ${right}`);
    }
  } finally {
    redis.disconnect();
    await server.stop();
  }
  return { trials, violations, told: `from ${(ALLOWED_MS + SPARE_MS) / 1_000} s to 10 min off, both ways` };
};

/** The status of the slot, or the code of the refusal. */
async function answerTo(guardrails: Guardrails, decisionId: string, offMs: number): Promise<string> {
  const wants = slotWants({ workload: decisionId });
  const now = new Date(Date.now() + offMs);
  try {
    return (await guardrails.decide({ decisionId, about: aboutOf(wants), wants, record: 'r', now })).status;
  } catch (error) {
    return error instanceof BelayError ? error.code : String(error);
  }
}
