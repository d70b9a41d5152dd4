import { z } from 'zod';

/** The rules that decoded events keep, in pieces. Only what the wire format cannot say by itself. */

const EARLIEST = new Date('2020-01-01T00:00:00Z');
const LATEST = new Date('2100-01-01T00:00:00Z');

export const id = z.string().min(1, 'is missing').max(200, 'is longer than 200 characters');
export const name = z.string().min(1, 'is missing').max(253, 'is longer than 253 characters');
export const shortText = z.string().max(1_000, 'is longer than 1000 characters');
export const longText = z.string().max(64_000, 'is longer than 64000 characters');

export const time = z
  .date({ error: 'is missing or no valid time' })
  .min(EARLIEST, 'lies before the year 2020')
  .max(LATEST, 'lies behind the year 2100');
export const optionalTime = time.optional();

/** An enum value that is set and known to this version. */
export const known = z.int().positive('is missing or unknown to this version');
export const knownOrUnset = z.int().nonnegative('is unknown to this version');
export const count = z.int().nonnegative('is negative');
export const fraction = z.number().min(0, 'is below 0').max(1, 'is above 1');

const MAP_LIMIT = 256;
/** Prototype keys and thousands of entries have no honest use. */
const sane = (map: Record<string, unknown>) =>
  Object.keys(map).length <= MAP_LIMIT &&
  !['__proto__', 'constructor', 'prototype'].some((k) => Object.hasOwn(map, k));
const UNSANE = `has more than ${MAP_LIMIT} entries or a reserved key`;

export const textMap = z.record(z.string().max(317), longText).refine(sane, UNSANE);
export const valueMap = z.record(z.string().max(317), z.unknown()).refine(sane, UNSANE);
export const listOf = <T extends z.ZodType>(item: T) =>
  z.array(item).max(1_000, 'has more than 1000 entries');

export const actor = z.looseObject({ kind: known, name });
export const runbook = z.looseObject({ name, version: z.int().positive('is missing'), digest: id });
export const resource = z.looseObject({
  target: shortText,
  kind: shortText,
  namespace: shortText,
  name: shortText,
  uid: shortText,
});
export const checks = listOf(
  z.looseObject({
    name,
    result: known,
    observed: longText,
    limit: longText,
    reason: longText,
    endsAt: optionalTime,
  }),
);

/** The thread that every event behind a decision carries. */
export const decisionIds = { decisionId: id, incidentId: id };
export const actionIds = { actionId: id, ...decisionIds };
export const targetedAction = { ...actionIds, target: name };
