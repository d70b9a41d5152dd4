import { DecisionMade, OrderIssued } from '#gen/belay/v1/decision.ts';
import { Mode } from '#gen/belay/v1/common.ts';
import { SettledOutcome } from '#gen/belay/v1/verification.ts';
import type { Bus } from '#lib/bus/bus.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import type { AnyEvent } from '#lib/events/event.ts';
import type { Logger } from '#lib/logger.ts';
import { lockKeyOf, writeDraft } from '../handlers/draft.ts';
import type { Guardrails, Refill } from '../ports.ts';

export interface RebuildOptions {
  readonly guardrails: Guardrails;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Rebuilder {
  stop(): Promise<void>;
}

/** Further back than any order can be open: redelivery, deadlines and a long weekend. */
const HORIZON_MS = 7 * 86_400_000;
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

/** Decisions with what they ordered, then the settlements: in this order no lock is taken that is free. */
async function fold(bus: Bus, since: Date, into: Refill): Promise<void> {
  const decisions = new Map<string, { made?: DecisionMade; issued?: OrderIssued }>();
  await readTopic(bus, 'decision', since, (event) => {
    if (event.type !== 'DecisionMade' && event.type !== 'OrderIssued') return;
    const known = decisions.get(event.data.decisionId) ?? {};
    if (event.type === 'DecisionMade') known.made ??= event.data;
    else known.issued ??= event.data;
    decisions.set(event.data.decisionId, known);
  });
  for (const [decisionId, { made, issued }] of decisions) {
    if (!made) continue;
    await into.decision({
      decisionId,
      record: writeDraft({ made, issued, escalate: '' }),
      lockKey: issued && lockKeyOf(issued),
      refused: made.mode === Mode.BLOCKED,
    });
  }
  const settlements: { decisionId: string; keepLock: boolean }[] = [];
  await readTopic(bus, 'verification', since, (event) => {
    if (event.type === 'ActionSettled') {
      const keepLock = event.data.outcome === SettledOutcome.UNKNOWN;
      settlements.push({ decisionId: event.data.decisionId, keepLock });
    } else if (event.type === 'ActionResolved') {
      settlements.push({ decisionId: event.data.decisionId, keepLock: false });
    }
  });
  for (const settlement of settlements) await into.settled(settlement);
}

async function readTopic(
  bus: Bus,
  topic: string,
  since: Date,
  onEvent: (event: AnyEvent) => void,
): Promise<void> {
  const crashed = Promise.withResolvers<never>();
  const following = await bus.follow({
    topic,
    from: { timeMs: since.getTime() },
    onRecords: (records) => {
      for (const record of records) {
        const event = decodeOrSkip(record);
        if (event) onEvent(event);
      }
    },
    onCrash: (error) => crashed.reject(error),
  });
  try {
    await Promise.race([following.caughtUp, crashed.promise]);
  } finally {
    await following.stop();
  }
}

/** What cannot be read was set aside by the group that handles it. */
function decodeOrSkip(record: Parameters<typeof decodeEvent>[0]): AnyEvent | undefined {
  try {
    return decodeEvent(record);
  } catch (error) {
    if (error instanceof BelayError) return undefined;
    throw error;
  }
}
