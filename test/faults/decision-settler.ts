import { ActorKind } from '#gen/belay/v1/common.ts';
import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import {
  ActionResolved,
  ActionSettled,
  Effect,
  ResolvedAs,
  SettledOutcome,
} from '#gen/belay/v1/verification.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { DecisionLog } from './decision-log.ts';
import { pickOf } from './decision-part.ts';

/** What becomes of an action, and how long it takes. */
export interface Fate {
  readonly outcome: SettledOutcome;
  readonly effect: Effect;
  readonly afterMs: number;
  /** Why it came to nothing. */
  readonly code?: string;
  /** What becomes of it when it is tried again. [the same] */
  readonly again?: Fate;
}

interface SettlerOptions {
  readonly bus: Bus;
  readonly log: DecisionLog;
  readonly fateOf: (incidentId: string) => Fate | undefined;
}

const OUTCOMES = [
  { outcome: SettledOutcome.VERIFIED, effect: Effect.DONE },
  { outcome: SettledOutcome.VERIFIED, effect: Effect.DONE },
  { outcome: SettledOutcome.FAILED, effect: Effect.DONE },
  { outcome: SettledOutcome.REFUSED, effect: Effect.NONE },
  { outcome: SettledOutcome.UNKNOWN, effect: Effect.UNKNOWN },
];

export const anyFate = (mostMs: number, random: () => number): Fate => ({
  ...pickOf(OUTCOMES, random),
  afterMs: random() * mostMs,
});

/**
 * Plays executor and verifier. Settlements of one runbook come one after the other, each when the one before
 * it has been read: what a breaker counts then does not depend on who reads which partition first. Those that come
 * to nothing for a passing reason it does not count.
 */
export function startSettler(options: SettlerOptions): { done(): Promise<void> } {
  const { log, fateOf } = options;
  const closed = new Set<string>();
  const lanes = new Map<string, Promise<void>>();
  log.on('DecisionClosed', ({ data }) => void closed.add(data.actionId));
  const tried = new Set<string>();
  onceOrdered(log, (order) => {
    const first = fateOf(order.incidentId);
    if (!first) return;
    const fate = tried.has(order.incidentId) ? (first.again ?? first) : first;
    tried.add(order.incidentId);
    const lane = fate.code ? order.actionId : (order.runbook?.name ?? '');
    const acted = systemClock.sleep(fate.afterMs);
    const before = lanes.get(lane) ?? Promise.resolve();
    const settled = before.then(() => acted).then(() => settle(options, order, fate, closed));
    // Whoever waits for it hears of it.
    settled.catch(() => {});
    lanes.set(lane, settled);
  });
  return { done: () => Promise.all(lanes.values()).then(() => {}) };
}

/** What is settled before its order is in its topic would never go out. */
function onceOrdered(log: DecisionLog, take: (order: OrderIssued) => void): void {
  const issued = new Map<string, OrderIssued>();
  const sent = new Set<string>();
  const taken = new Set<string>();
  const consider = (actionId: string) => {
    const order = issued.get(actionId);
    if (!order || !sent.has(actionId) || taken.has(actionId)) return;
    taken.add(actionId);
    take(order);
  };
  log.on('OrderIssued', ({ data }) => {
    if (data.phase !== OrderPhase.EXECUTE) return;
    issued.set(data.actionId, data);
    consider(data.actionId);
  });
  log.on('Order', ({ data }) => {
    sent.add(data.actionId);
    consider(data.actionId);
  });
}

async function settle(
  { bus, log }: SettlerOptions,
  order: OrderIssued,
  fate: Fate,
  closed: ReadonlySet<string>,
): Promise<void> {
  await publish(bus, settlementOf(order, fate));
  await log.until(
    () => closed.has(order.actionId),
    () => `${order.actionId} is settled and was never closed`,
  );
  if (fate.outcome === SettledOutcome.UNKNOWN) await publish(bus, resolutionOf(order));
}

const publish = (bus: Bus, event: OutgoingEvent): Promise<void> =>
  bus.publish([encodeEvent(event, 'belay/campaign')]);

function settlementOf(order: OrderIssued, { outcome, effect, code = '' }: Fate): OutgoingEvent {
  const { actionId, decisionId, incidentId, target } = order;
  const said = {
    actionId,
    decisionId,
    incidentId,
    target,
    outcome,
    effect,
    code,
    reason: 'as the campaign has it',
  };
  return outgoing('ActionSettled', ActionSettled.fromPartial({ ...said, settledAt: new Date() }));
}

/** A person has looked. */
function resolutionOf({ actionId, decisionId, incidentId }: OrderIssued): OutgoingEvent {
  const said = { actionId, decisionId, incidentId, reason: 'as the campaign has it' };
  const actor = { kind: ActorKind.HUMAN, name: 'campaign' };
  return outgoing(
    'ActionResolved',
    ActionResolved.fromPartial({ ...said, actor, resolvedAs: ResolvedAs.DONE, resolvedAt: new Date() }),
  );
}
