import { actionEvents } from './action-events.ts';
import { auditEvents } from './audit-events.ts';
import { controlEvents } from './control-events.ts';
import { decisionEvents } from './decision-events.ts';
import type { EventDefinition } from './event-definition.ts';
import { incidentEvents } from './incident-events.ts';
import { orderEvents } from './order-events.ts';
import { verificationEvents } from './verification-events.ts';

/** Every event there is. One writer for each type: architecture.md has the table. */
export const eventTypes = {
  ...incidentEvents,
  ...decisionEvents,
  ...orderEvents,
  ...actionEvents,
  ...verificationEvents,
  ...auditEvents,
  ...controlEvents,
};

export type EventType = keyof typeof eventTypes;
export type DataOf<T extends EventType> = (typeof eventTypes)[T] extends EventDefinition<infer D> ? D : never;

const CE_PREFIX = 'belay.v1.';
export const ceType = (type: EventType): string => CE_PREFIX + type;

/** Undefined for what this version does not know. */
export function eventTypeOf(ce: string): EventType | undefined {
  const type = ce.startsWith(CE_PREFIX) ? ce.slice(CE_PREFIX.length) : '';
  return Object.hasOwn(eventTypes, type) ? (type as EventType) : undefined;
}

/** The definition with its data type forgotten, for code that handles any event. */
export function definitionOf(type: EventType): EventDefinition<unknown> {
  return eventTypes[type] as EventDefinition<unknown>;
}
