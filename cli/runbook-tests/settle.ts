import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import type { Handler, Handlers } from '#lib/bus/pipeline.ts';
import { outgoing, type OutgoingEvent, type OutgoingOf } from '#lib/events/event.ts';
import type { EventType } from '#lib/events/event-types.ts';
import { judge } from '../../services/verifier/domain/judge.ts';
import { newWatch, type Watch } from '../../services/verifier/domain/watch.ts';
import { factHandlers } from '../../services/verifier/handlers/facts.ts';
import { deliver } from '../play/deliver.ts';

export interface Settlement {
  readonly outcome: string;
  /** For a service owner. */
  readonly reason: string;
}

/** The action through the verifier's own handlers, then everything that it waits for has passed. */
export async function settle(issued: OrderIssued, events: readonly OutgoingEvent[]): Promise<Settlement> {
  let watch: Watch = newWatch(issued);
  const handlers = factHandlers({
    advance: async (_ids, step) => {
      ({ watch } = step(watch));
    },
  });
  for (const event of [outgoing('OrderIssued', issued), ...events]) await tell(handlers, event, issued);
  if (watch.settled) return watch.settled;
  const next = judge(watch, { now: END_OF_TIME, readToEnd: true });
  if (next.type === 'settle') return next.ruling.settled;
  throw new Error(`the verifier waits for ever for ${issued.actionId}`);
}

/** Later than every timeout, and still a date. */
const END_OF_TIME = new Date('9999-01-01T00:00:00Z');

async function tell(handlers: Handlers, event: OutgoingEvent, { issuedAt }: OrderIssued): Promise<void> {
  const handler = handlers[event.type] as Handler<EventType> | undefined;
  await deliver(handler, event as OutgoingOf<EventType>, issuedAt ?? new Date(0));
}
