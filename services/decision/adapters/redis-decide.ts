import type { Redis } from 'ioredis';
import { BelayError } from '#lib/errors.ts';
import { runRedisScript } from '#lib/redis-script.ts';
import { checkSlot } from '../domain/guardrails/check-slot.ts';
import { type StormCount, stormCount } from '../domain/guardrails/check-storm.ts';
import { KEEP_CLOSED_MS } from '../domain/guardrails/forget-old.ts';
import type { GuardrailCheck } from '../domain/guardrails/guardrail-check.ts';
import type { SlotStatus } from '../domain/guardrails/guardrail-book.ts';
import type { Observed } from '../domain/guardrails/observed.ts';
import { serviceKey } from '../domain/guardrails/scope-keys.ts';
import type { SlotLimits, SlotWants } from '../domain/guardrails/slot-wants.ts';
import type { DecideRequest, Grant, GrantRequest, Slot } from '../ports.ts';
import { notReady } from './not-ready.ts';
import type { GuardrailKeys } from './redis-keys.ts';
import { decideSlotScript } from './redis-scripts.ts';

type Ask = 'reserve' | 'peek' | 'grant';

export async function redisDecide(
  redis: Redis,
  keys: GuardrailKeys,
  request: DecideRequest,
  maxSkewMs: number,
): Promise<Slot> {
  const answer = await ask(redis, keys, request, request.peek ? 'peek' : 'reserve', maxSkewMs);
  const { status, record, checks, trial, storm } = answer;
  return { status, record, checks, trial, storm };
}

export async function redisGrant(
  redis: Redis,
  keys: GuardrailKeys,
  request: GrantRequest,
  maxSkewMs: number,
): Promise<Grant> {
  const answer = await ask(redis, keys, request, 'grant', maxSkewMs);
  return { status: answer.status, checks: answer.checks, trial: answer.trial, at: answer.at };
}

async function ask(
  redis: Redis,
  keys: GuardrailKeys,
  request: DecideRequest | GrantRequest,
  how: Ask,
  maxSkewMs: number,
): Promise<Slot & Grant> {
  const { decisionId, about, wants, byPerson = false, record, now } = request;
  const names = [keys.ready, keys.slot(decisionId), ...keys.scopes(wants), ...keys.storms(about)];
  const asked = [decisionId, record, now.getTime(), maxSkewMs, KEEP_CLOSED_MS];
  const wanted = wants ? [JSON.stringify(wants), ...limitArguments(wants.limits), how] : [''];
  const policy = wants ? [...policyArguments(wants.limits), byPerson ? '1' : '', ...keys.held(wants)] : [];
  const args = [...asked, ...wanted, ...policy, serviceKey(about)];
  const [status = '', ...fields] = (await runRedisScript(redis, decideSlotScript, names, args)) as string[];
  if (status === 'not_ready') throw notReady();
  if (status === 'clock') throw clockOff(Number(fields[0]), now, maxSkewMs);
  return status === 'first'
    ? firstAnswer(request, fields)
    : storedAnswer(decisionId, status as SlotStatus, fields);
}

const policyArguments = ({ storm, budget }: SlotLimits): number[] => [
  storm.services,
  storm.percent,
  budget.global,
  budget.perTarget,
];

const limitArguments = (limits: SlotLimits): number[] => [
  limits.maxExecutionsPerHour,
  limits.cooldownMs,
  limits.maxAttemptsPerTarget,
  limits.circuitBreaker.recoveryMs,
  limits.maxConcurrentActions,
  limits.concurrency.global,
  limits.concurrency.perTarget,
  limits.concurrency.perNamespace,
  limits.concurrency.perService,
];

/** What was sent needs no sending back. */
function firstAnswer(
  { decisionId, wants, record, now }: DecideRequest | GrantRequest,
  [status, observed, trial]: string[],
): Slot & Grant {
  const words = wants && observed ? wordsOf(decisionId, wants, observed, now) : NO_WORDS;
  return { status: status as SlotStatus, record, trial: trial === '1', at: now, ...words };
}

function storedAnswer(
  decisionId: string,
  status: SlotStatus,
  [record = '', wants, at, observed, checks, trial, storm]: string[],
): Slot & Grant {
  const now = new Date(Number(at));
  const answer = { status, record, trial: trial === '1', at: at ? now : undefined };
  if (checks)
    return {
      ...answer,
      checks: parseChecks(checks),
      storm: storm ? (JSON.parse(storm) as StormCount) : undefined,
    };
  const words =
    wants && observed ? wordsOf(decisionId, JSON.parse(wants) as SlotWants, observed, now) : NO_WORDS;
  return { ...answer, ...words };
}

type Words = Pick<Slot, 'checks' | 'storm'>;

const NO_WORDS: Words = { checks: [], storm: undefined };

/** The script keeps numbers; the words follow from them, with the wants and the time of the first question. */
function wordsOf(decisionId: string, wants: SlotWants, observed: string, now: Date): Words {
  const seen = JSON.parse(observed) as Observed;
  return {
    checks: checkSlot(seen, { decisionId, wants, now }),
    storm: stormCount(seen.storm, wants.limits.storm, now.getTime()),
  };
}

function parseChecks(text: string): GuardrailCheck[] {
  const checks = JSON.parse(text) as (Omit<GuardrailCheck, 'endsAt'> & { endsAt?: string })[];
  return checks.map((check) => ({
    ...check,
    endsAt: check.endsAt === undefined ? undefined : new Date(check.endsAt),
  }));
}

function clockOff(serverMs: number, now: Date, maxSkewMs: number): BelayError {
  const seconds = Math.round((now.getTime() - serverMs) / 1_000);
  return new BelayError('unavailable', `the clocks of this host and of Redis differ by ${seconds} s`, {
    code: 'CLOCK_SKEW',
    why: `guardrails are spans of time: more than ${maxSkewMs / 1_000} s of difference would bend them`,
    next: 'synchronise the clocks of both hosts',
  });
}
