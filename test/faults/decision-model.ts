import { isDeepStrictEqual } from 'node:util';
import type { Redis } from 'ioredis';
import { type DecisionMade, OrderPhase } from '#gen/belay/v1/decision.ts';
import { putSlot } from '../../services/decision/domain/guardrails/decide-slot.ts';
import { emptyBook, type GuardrailBook } from '../../services/decision/domain/guardrails/guardrail-book.ts';
import { inOrder } from '../../services/decision/domain/guardrails/in-order.ts';
import { EVERYTHING } from '../../services/decision/domain/guardrails/scope-keys.ts';
import { settleSlot } from '../../services/decision/domain/guardrails/settle-slot.ts';
import { guardrailChecksOf } from '../../services/decision/handlers/guardrail-checks.ts';
import { resolutionOf, settlementOf } from '../../services/decision/handlers/settlement-of.ts';
import { slotWantsOf } from '../../services/decision/handlers/slot-wants.ts';
import type { DecisionLog } from './decision-log.ts';

const TAG = '{belay:guardrails}:';

/** What is stored, by its key without the tag. Of a slot its status alone. */
type Stored = Map<string, unknown>;

/** Where the store is not what the domain's own book comes to, folded from the log. */
export async function storeProblems(redis: Redis, log: DecisionLog): Promise<string[]> {
  const [expected, found] = [storedIn(bookOf(log)), await storedAt(redis)];
  const keys = [...new Set([...expected.keys(), ...found.keys()])].sort();
  const told = (value: unknown) => JSON.stringify(value) ?? 'nothing';
  return keys
    .filter((key) => !isDeepStrictEqual(expected.get(key), found.get(key)))
    .map((key) => `store: ${key} is ${told(found.get(key))}, by the log ${told(expected.get(key))}`);
}

function bookOf(log: DecisionLog): GuardrailBook {
  // Those for a plan, to cancel or to undo take nothing.
  const executes = log.all('OrderIssued').filter(({ data }) => data.phase === OrderPhase.EXECUTE);
  const orders = new Map(executes.map(({ data }) => [data.decisionId, data]));
  const made = new Map(log.all('DecisionMade').map(({ data }) => [data.decisionId, data]));
  const decisions = [...made.values()].filter(wasAsked).map((decision) => {
    const { decisionId, decidedAt = new Date(0) } = decision;
    const order = orders.get(decisionId);
    const wants = order && slotWantsOf(order);
    return {
      decisionId,
      decidedAt,
      wants,
      checks: guardrailChecksOf(decision),
      trial: order?.trial ?? false,
    };
  });
  const settlements = [
    ...log.all('ActionSettled').map(({ data }) => settlementOf(data)),
    ...log.all('ActionResolved').map(({ data }) => resolutionOf(data)),
  ];
  const book = emptyBook();
  for (const happened of inOrder({ decisions, settlements })) {
    if (happened.what === 'settled') settleSlot(book, happened.settlement);
    else if (happened.what === 'decided')
      putSlot(book, { ...happened.decision, record: '', now: happened.decision.decidedAt });
  }
  return book;
}

/** What waits because an action came to nothing asks the guardrails when it is tried again, and not before. */
const wasAsked = ({ checks }: DecisionMade): boolean => checks.every(({ name }) => name !== 'action');

function storedIn(book: GuardrailBook): Stored {
  const entries = <T>(kind: string, map: ReadonlyMap<string, T>, valueOf: (value: T) => unknown) =>
    [...map].map(([key, value]) => [`${kind}:${key}`, valueOf(value)] as const);
  return new Map<string, unknown>([
    ...entries('slot', book.slots, ({ status }) => status),
    ...entries('executions', book.executions, (began) => Object.fromEntries([...began].sort(byId))),
    ...entries('attempts', book.attempts, (began) => Object.fromEntries([...began].sort(byId))),
    ...entries('settled', book.settledAtMs, (atMs) => atMs),
    ...heldIn(book),
    ...entries('lock', book.locks, (id) => id),
    ...entries('breaker', book.breakers, (breaker) => ({ ...breaker })),
  ]);
}

/** How many each scope holds, and which ones. Nothing held, nothing stored. */
function heldIn({ running }: GuardrailBook): (readonly [string, unknown])[] {
  const open = running.get(EVERYTHING);
  if (!open) return [];
  const counts = [...running].map(([scope, ids]) => [scope, String(ids.size)]);
  return [
    ['running', Object.fromEntries(counts)],
    ['open', [...open].sort()],
  ];
}

async function storedAt(redis: Redis): Promise<Stored> {
  const stored: Stored = new Map();
  for (const key of await redis.keys('*')) {
    const name = key.startsWith(TAG) ? key.slice(TAG.length) : key;
    const [kind = ''] = name.split(':');
    const read = READERS[kind];
    if (read) stored.set(name, await read(redis, key));
  }
  return stored;
}

const READERS: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  slot: (redis, key) => redis.hget(key, 'status'),
  executions: windowOf,
  attempts: windowOf,
  settled: async (redis, key) => Number(await redis.get(key)),
  running: (redis, key) => redis.hgetall(key),
  open: async (redis, key) => (await redis.smembers(key)).sort(),
  lock: (redis, key) => redis.get(key),
  breaker: async (redis, key) => {
    const { failures = 0, openedAt = 0, trial = '' } = await redis.hgetall(key);
    return { failures: Number(failures), openedAtMs: Number(openedAt), trial };
  },
};

async function windowOf(redis: Redis, key: string): Promise<unknown> {
  const flat = await redis.zrange(key, '0', '-1', 'WITHSCORES');
  const pairs = flat.flatMap((id, i) => (i % 2 === 0 ? [[id, Number(flat[i + 1])] as const] : []));
  return Object.fromEntries([...pairs].sort(byId));
}

const byId = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1);
