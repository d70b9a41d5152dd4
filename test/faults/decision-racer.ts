import { Redis } from 'ioredis';
import { systemClock } from '#lib/clock.ts';
import { redisGuardrails } from '../../services/decision/adapters/redis-guardrails.ts';
import type { SlotOutcome } from '../../services/decision/domain/guardrails/breaker.ts';
import type { SlotStatus } from '../../services/decision/domain/guardrails/guardrail-book.ts';
import type { SlotWants } from '../../services/decision/domain/guardrails/slot-wants.ts';
import { aboutOf } from '../support/slot-wants.ts';

/** One of the processes that race for slots: all it is told at once, it asks at once. */
export type RaceTask =
  | { readonly what: 'rebuild' }
  | { readonly what: 'ask'; readonly nowMs: number; readonly asks: readonly Ask[] }
  | { readonly what: 'settle'; readonly atMs: number; readonly ends: readonly End[] };

export interface Ask {
  readonly decisionId: string;
  readonly wants: SlotWants;
}

export interface End {
  readonly decisionId: string;
  readonly outcome: SlotOutcome;
}

export interface RaceAnswer {
  readonly decisionId: string;
  readonly status: SlotStatus;
  readonly trial: boolean;
}

export type RaceReply = { readonly answers: readonly RaceAnswer[] } | { readonly problem: string };

const [url = ''] = process.argv.slice(2);
const redis = new Redis(url);
const guardrails = redisGuardrails({
  redis,
  clock: systemClock,
  publishWithinMs: 0,
  // Rounds are hours apart, on a clock of their own.
  maxSkewMs: Number.MAX_SAFE_INTEGER,
});

process.on('message', (task: RaceTask) => {
  play(task).then(
    (answers) => process.send?.({ answers } satisfies RaceReply),
    (error: unknown) => process.send?.({ problem: String(error) } satisfies RaceReply),
  );
});
process.on('disconnect', () => process.exit(0));

async function play(task: RaceTask): Promise<readonly RaceAnswer[]> {
  switch (task.what) {
    case 'rebuild':
      await guardrails.rebuild(async () => {});
      return [];
    case 'ask':
      return Promise.all(task.asks.map((ask) => answer(ask, new Date(task.nowMs))));
    case 'settle':
      await Promise.all(task.ends.map((end) => guardrails.settle({ ...end, at: new Date(task.atMs) })));
      return [];
  }
}

async function answer({ decisionId, wants }: Ask, now: Date): Promise<RaceAnswer> {
  const { status, trial } = await guardrails.decide({
    decisionId,
    about: aboutOf(wants),
    wants,
    record: 'r',
    now,
  });
  return { decisionId, status, trial };
}
