import type { Bus } from '#lib/bus/bus.ts';
import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import type { BreakerReset } from '../domain/guardrails/reset-breaker.ts';
import { refillInOrder } from '../handlers/refill-in-order.ts';
import { resetOf } from '../handlers/reset-of.ts';
import { resolutionOf, settlementOf } from '../handlers/settlement-of.ts';
import type { Guardrails, Refill, Settlement } from '../ports.ts';
import { readDecisions, unpack } from './read-decisions.ts';
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
  await refillInOrder(into, { decisions, settlements, resets }, unpack);
}

async function readSettlements(bus: Bus, since: Date): Promise<Settlement[]> {
  const settlements: Settlement[] = [];
  await readTopic(bus, 'verification', { since }, ({ type, data }) => {
    if (type === 'ActionSettled') settlements.push(settlementOf(data));
    if (type === 'ActionResolved') settlements.push(resolutionOf(data));
  });
  return settlements;
}

async function readResets(bus: Bus, since: Date): Promise<BreakerReset[]> {
  const resets: BreakerReset[] = [];
  await readTopic(bus, 'control', { since, types: ['ControlSet'] }, ({ type, data }) => {
    const reset = type === 'ControlSet' ? resetOf(data) : undefined;
    if (reset) resets.push(reset);
  });
  return resets;
}
