import { type DecisionMade, type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { Bus } from '#lib/bus/bus.ts';
import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import type { BreakerReset } from '../domain/guardrails/reset-breaker.ts';
import { type Draft, writeDraft } from '../handlers/draft.ts';
import { guardrailChecksOf } from '../handlers/guardrail-checks.ts';
import { refillInOrder } from '../handlers/refill-in-order.ts';
import { resolutionOf, settlementOf } from '../handlers/settlement-of.ts';
import { slotWantsOf } from '../handlers/slot-wants.ts';
import { aboutOf, stormCountOf } from '../handlers/storm-count.ts';
import type { Guardrails, LoggedDecision, Refill, Settlement } from '../ports.ts';
import { readTopic } from './read-topic.ts';

export interface RebuildOptions {
  readonly guardrails: Guardrails;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Rebuilder {
  stop(): Promise<void>;
}

/** The longest cooldown that a runbook may have, and a day for the run before it. */
const HORIZON_MS = 8 * 86_400_000;
const LOOK_EVERY_MS = 1_000;

/** Keeps the guardrail store rebuilt: at the start, and whenever it is no longer the one it was. */
export function startRebuilder(options: RebuildOptions): Rebuilder {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      await rebuildIfNeeded(options);
      await options.clock.sleep(LOOK_EVERY_MS, stopping.signal);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function rebuildIfNeeded({ guardrails, bus, clock, logger }: RebuildOptions): Promise<void> {
  try {
    if (await guardrails.isReady()) return;
    const startedMs = clock.monotonicMs();
    const since = new Date(clock.now().getTime() - HORIZON_MS);
    const mine = await guardrails.rebuild((into) => fold(bus, since, into));
    if (mine)
      logger.info({ tookMs: Math.round(clock.monotonicMs() - startedMs) }, 'guardrails rebuilt from the log');
  } catch (error) {
    logger.warn(
      { reason: messageOf(error) },
      'the guardrails cannot be rebuilt yet; nothing runs until they are',
    );
  }
}

/** Decisions with what they ordered, what settled them, and resets of breakers, in the order in which it all happened. */
async function fold(bus: Bus, since: Date, into: Refill): Promise<void> {
  const decisions = await readDecisions(bus, since);
  const settlements = await readSettlements(bus, since);
  const resets = await readResets(bus, since);
  await refillInOrder(into, { decisions, settlements, resets });
}

async function readDecisions(bus: Bus, since: Date): Promise<LoggedDecision[]> {
  const made = new Map<string, DecisionMade>();
  const planned = new Map<string, OrderIssued>();
  const issued = new Map<string, OrderIssued>();
  const escalations = new Map<string, string>();
  await readTopic(bus, 'decision', { since }, ({ type, data }) => {
    if (type === 'DecisionMade' && !made.has(data.decisionId)) made.set(data.decisionId, data);
    if (type === 'OrderIssued') {
      const orders = data.phase === OrderPhase.PLAN ? planned : issued;
      const isKnown = data.phase > OrderPhase.EXECUTE || orders.has(data.decisionId);
      if (!isKnown) orders.set(data.decisionId, data);
    }
    const isClosed = type === 'DecisionClosed' && !escalations.has(data.decisionId);
    if (isClosed) escalations.set(data.decisionId, data.escalate);
  });
  const logged = [...made.values()].map((decision) => {
    const { decisionId } = decision;
    const escalate = escalations.get(decisionId) ?? '';
    return loggedDecision(decision, planned.get(decisionId), issued.get(decisionId), escalate);
  });
  // What was granted after people were asked comes behind what was taken before.
  const places = new Map([...issued.keys()].map((decisionId, place) => [decisionId, place]));
  const placeOf = ({ decisionId, granted }: LoggedDecision) => (granted ? (places.get(decisionId) ?? 0) : -1);
  return logged.sort((a, b) => placeOf(a) - placeOf(b));
}

function loggedDecision(
  made: DecisionMade,
  planned: OrderIssued | undefined,
  issued: OrderIssued | undefined,
  escalate: string,
): LoggedDecision {
  // What people would be told is in the case; here is only what was said.
  const draft: Draft = {
    made,
    issued: planned ?? issued,
    escalate,
    incident: undefined,
    asks: undefined,
    byHand: '',
    retryUntil: made.retryAt,
  };
  return {
    decisionId: made.decisionId,
    about: aboutOf(made),
    record: writeDraft(draft),
    wants: issued && slotWantsOf(issued),
    checks: guardrailChecksOf(made),
    trial: issued?.trial ?? false,
    storm: stormCountOf(made),
    // The decoder has refused events without it.
    decidedAt: made.decidedAt as Date,
    ...(issued && planned && { granted: { checks: guardrailChecksOf(issued), at: issued.issuedAt as Date } }),
  };
}

async function readSettlements(bus: Bus, since: Date): Promise<Settlement[]> {
  const settlements: Settlement[] = [];
  await readTopic(bus, 'verification', { since }, ({ type, data }) => {
    if (type === 'ActionSettled') settlements.push(settlementOf(data));
    if (type === 'ActionResolved') settlements.push(resolutionOf(data));
  });
  return settlements;
}

/** Every record of a breaker says when it was reset last, so that compaction loses no reset that still counts. */
async function readResets(bus: Bus, since: Date): Promise<BreakerReset[]> {
  const resets: BreakerReset[] = [];
  await readTopic(bus, 'control', { since, types: ['ControlSet'] }, ({ type, data }) => {
    if (type !== 'ControlSet' || data.setting?.$case !== 'breakerOpen') return;
    const { runbook, resetAt } = data.setting.value;
    if (resetAt) resets.push({ runbook, at: resetAt });
  });
  return resets;
}
