import type { HandlerContext, Handlers } from '#lib/bus/pipeline.ts';
import type { EventLog } from '../ports.ts';
import { type AuditedAnyEvent, auditedTypes } from './describe/describe-event.ts';
import { toAuditedEvent } from './to-audited-event.ts';

/** Every type is kept in the same way. While the store is away nothing is acknowledged. */
export function recordEvents(log: EventLog): Handlers {
  const record = async (event: AuditedAnyEvent, context: HandlerContext) => {
    if (!isHeartbeat(event)) await log.append(toAuditedEvent(event, context.record));
    return [];
  };
  return Object.fromEntries(auditedTypes.map((type) => [type, record]));
}

/** One every two seconds, and no history: executors look at the newest. */
function isHeartbeat(event: AuditedAnyEvent): boolean {
  return event.type === 'ControlSet' && event.data.setting?.$case === 'heartbeat';
}
