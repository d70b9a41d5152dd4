import { z } from 'zod';
import { Order } from '#gen/belay/v1/order.ts';
import { define } from './event-definition.ts';
import { id, known, longText, name, runbook, targetedAction, time } from './event-rules.ts';
import { plan } from './plan-rules.ts';

/** Each target has a topic of its own, so that an executor can be kept from reading its neighbour's. */
export const orderTopic = (target: string): string => `order.${target}`;

export const orderEvents = {
  Order: define<Order>({
    topic: (e) => orderTopic(e.target),
    codec: Order,
    key: (e) => e.lockKey,
    subject: (e) => e.incidentId,
    time: (e) => e.issuedAt,
    about: (e) => [e.actionId, e.phase],
    rules: z.looseObject({
      ...targetedAction,
      phase: known,
      plan: plan.optional(),
      planDigest: id,
      runbook: runbook.optional(),
      mode: known,
      maxRisk: known,
      issuedAt: time,
      actBefore: time,
      reason: longText,
      lockKey: name,
    }),
  }),
};
