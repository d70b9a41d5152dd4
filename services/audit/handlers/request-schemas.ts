import { z } from 'zod';
import type { AuditServiceService } from '#gen/belay/v1/audit_service.ts';
import { Mode } from '#gen/belay/v1/common.ts';
import type { RequestSchemas } from '#lib/grpc/service-methods.ts';
import { auditedTypes } from './describe/describe-event.ts';

const MOST_ENTRIES = 500;
const EARLIEST = new Date('1970-01-01T00:00:00Z');
const LATEST = new Date('9999-01-01T00:00:00Z');

/** No name has a line break, and the database knows no NUL. */
const name = z
  .string()
  .max(253, 'is longer than 253 characters')
  .regex(/^[^\p{Cc}]*$/u, 'holds a control character');
const id = name.min(1, 'is missing');

const moment = z
  .date({ error: 'is no valid time' })
  .min(EARLIEST, 'lies before the year 1970')
  .max(LATEST, 'lies behind the year 9998')
  .optional();

export const requestSchemas: RequestSchemas<AuditServiceService> = {
  getIncident: z.looseObject({ id }),
  explainDecision: z.looseObject({ id }),
  queryEvents: z
    .looseObject({
      incident: name,
      runbook: name,
      service: name,
      actor: name,
      outcome: name,
      mode: z.literal(Object.values(Mode), 'is no mode that this version knows'),
      since: moment,
      until: moment,
      pageSize: z.int().min(0, 'is negative').max(MOST_ENTRIES, `is more than ${MOST_ENTRIES}`),
      types: z
        .array(
          z.enum(auditedTypes as [string, ...string[]], {
            error: 'is no type of event; docs/events.md has them',
          }),
        )
        .max(100, 'has more than 100 entries'),
    })
    .refine(({ since, until }) => !since || !until || since < until, {
      path: ['until'],
      error: 'is not behind since',
    }),
};
