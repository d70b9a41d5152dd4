import { z } from 'zod';
import { line, reason, text } from '#lib/text-rules.ts';

/** The shape of requests, the same through every door. What a report means is judged in the domain. */

const MAP_LIMIT = 64;
const RESERVED = ['__proto__', 'constructor', 'prototype'];
const textMap = (maxValue: number) =>
  z
    .record(line(317), text(maxValue), { error: 'is not a map of texts' })
    .refine((map) => Object.keys(map).length <= MAP_LIMIT, `has more than ${MAP_LIMIT} entries`)
    .refine((map) => !RESERVED.some((key) => Object.hasOwn(map, key)), 'has a reserved key');

const resourceFields = {
  target: line(253),
  kind: line(253),
  namespace: line(253),
  name: line(253),
};

const reportFields = {
  service: line(253),
  symptom: line(200),
  probableCause: line(200),
  confidence: z.number({ error: 'is not a number' }).min(0, 'is below 0').max(1, 'is above 1').optional(),
  labels: textMap(1_000),
  context: textMap(4_000),
  affectedServices: z.array(line(253), { error: 'is not a list' }).max(100, 'has more than 100 entries'),
  summary: text(2_000),
  fingerprint: line(200),
  externalId: line(200),
};

const resolveFields = { reason };

/** Messages as the wire format gives them: everything is there, at least empty. */
export const grpcReport = z.looseObject({
  ...reportFields,
  resource: z
    .looseObject({
      ...resourceFields,
      uid: z.string().max(0, 'is read live and not reported'),
    })
    .optional(),
  startedAt: z.date({ error: 'is not a valid time' }).optional(),
});
export const grpcResolve = z.looseObject({ ...resolveFields, incidentId: line(200).min(1, 'is missing') });

const rfc3339 = z.iso
  .datetime({ offset: true, error: 'is not a time in RFC 3339, as 2026-03-03T03:12:00Z' })
  .transform((time) => new Date(time));

/** JSON: what is not there is empty, and what is not known is a mistake. */
export const httpReport = z.strictObject({
  service: reportFields.service.default(''),
  symptom: reportFields.symptom.default(''),
  probableCause: reportFields.probableCause.default(''),
  confidence: reportFields.confidence,
  resource: z
    .strictObject({
      target: resourceFields.target.default(''),
      kind: resourceFields.kind.default(''),
      namespace: resourceFields.namespace.default(''),
      name: resourceFields.name.default(''),
    })
    .optional(),
  labels: reportFields.labels.default({}),
  context: reportFields.context.default({}),
  affectedServices: reportFields.affectedServices.default([]),
  summary: reportFields.summary.default(''),
  fingerprint: reportFields.fingerprint.default(''),
  startedAt: rfc3339.optional(),
  externalId: reportFields.externalId.default(''),
});
export const httpResolve = z.strictObject({ reason: resolveFields.reason.default('') });
