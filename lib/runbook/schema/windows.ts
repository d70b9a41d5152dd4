import { z } from 'zod';
import { listOf } from './rules.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const timeZone = z
  .string()
  .refine(isTimeZone, 'is not a time zone: Europe/Berlin')
  .default('UTC')
  .describe('Its clocks count, also when they change.');

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day: 22:30');
const endOfDay = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'is not a time of day: 06:00 or 24:00');

export const timeWindow = z.strictObject({
  days: listOf(z.enum(DAYS))
    .min(1, 'is empty')
    .default([...DAYS])
    .describe('Days on which it begins.'),
  from: timeOfDay.describe('As 22:30. From this minute on.'),
  to: endOfDay.describe('As 06:00. Up to this minute; on the next day where that is earlier than from.'),
  timeZone,
});

export const timeWindows = listOf(timeWindow).default([]);

/** Those that were found to be one: asking costs more than all else of a window, and files share a few. */
const known = new Set<string>();

function isTimeZone(text: string): boolean {
  if (known.has(text)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    known.add(text);
    return true;
  } catch {
    return false;
  }
}
