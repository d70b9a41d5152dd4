import { z } from 'zod';

const MAX_LIST = 200;
const DAY_SECONDS = 86_400;

export const shortText = z.string().min(1, 'is empty').max(253, 'is longer than 253 characters');
export const longText = z.string().max(4_096, 'is longer than 4,096 characters');

export const runbookName = z
  .string()
  .max(63, 'is longer than 63 characters')
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'is not a name: lower-case letters, digits and - only');

export const stepId = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'is not an id: lower-case letters, digits, _ and - only');

export const wholeNumber = (minimum: number, maximum: number) =>
  z.int().min(minimum, `is less than ${minimum}`).max(maximum, `is more than ${maximum}`);

export const seconds = wholeNumber(1, DAY_SECONDS);

export const listOf = <T extends z.ZodType>(item: T) =>
  z.array(item).max(MAX_LIST, `has more than ${MAX_LIST} entries`);

export const textMap = (value: z.ZodType<string>) => z.record(shortText, value);
