import { z } from 'zod';
import { count, id, listOf, longText, name, resource, textMap, valueMap } from './event-rules.ts';

const seconds = z.int().positive('is missing or not positive').max(86_400, 'is more than a day');

const bareStep = z.looseObject({
  id,
  action: name,
  arguments: valueMap,
  timeoutSeconds: seconds,
  retries: count,
});
const step = bareStep.extend({ rollback: bareStep.optional() });

const outcomeCheck = z.looseObject({
  name,
  samples: count,
  intervalSeconds: count,
  baselineSeconds: count,
  metric: valueMap,
});

export const plan = z.looseObject({
  resource,
  scope: z.looseObject({ allowedNamespaces: listOf(name), requiredLabels: textMap }).optional(),
  steps: listOf(step).min(1, 'has no step'),
  preChecks: listOf(z.looseObject({ name: longText, expression: longText })),
  verification: z.looseObject({ timeoutSeconds: seconds, checks: listOf(outcomeCheck) }),
  service: name,
});
