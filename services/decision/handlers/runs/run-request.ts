import { z } from 'zod';
import { line, reason } from '#lib/text-rules.ts';

const LONGEST_NAME = 253;
const MOST_PARAMETERS = 100;

/** Padded, it would be another name, and what holds for the one would not hold for it. */
const name = line(LONGEST_NAME).refine((text) => text.trim() === text, 'begins or ends with white space');
const named = name.min(1, 'is missing');

/** Of RunRunbook. */
export const runRequest = z.looseObject({
  name: named,
  version: z.int().min(0, 'is negative'),
  resource: z.looseObject({ target: name, kind: named, namespace: name, name: named }).optional(),
  service: named,
  parameters: z
    .record(named, line(1_024))
    .refine(
      (given) => Object.keys(given).length <= MOST_PARAMETERS,
      `has more than ${MOST_PARAMETERS} entries`,
    ),
  reason: reason.refine((given) => given.trim() !== '', {
    error: 'is missing: whoever is woken by what it did has to know why it was run',
  }),
  requestId: line(200),
});
