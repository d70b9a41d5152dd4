import { z } from 'zod';
import { listOf, shortText, textMap } from './rules.ts';

const NAMED = 'Names as incidents spell them.';

export const triggers = z
  .strictObject({
    symptoms: listOf(shortText).default([]).describe(`What was seen. ${NAMED}`),
    probableCauses: listOf(shortText)
      .default([])
      .describe(`What is behind it. ${NAMED} A cause outranks a symptom.`),
    any: z
      .boolean()
      .default(false)
      .describe('Any incident that no other runbook is for. For runbooks that only read.'),
    minimumConfidence: z
      .number()
      .min(0, 'is less than 0')
      .max(1, 'is more than 1, confidence goes from 0 to 1')
      .optional()
      .describe('0 to 1. Below it nothing is executed.'),
  })
  .describe('When this runbook is considered. Without it: by hand or by schedule only.');

export const scope = z
  .strictObject({
    allowedNamespaces: listOf(shortText).default([]).describe('Empty: any namespace.'),
    requiredLabels: textMap(z.string().max(63, 'is longer than 63 characters'))
      .default({})
      .describe('Labels by which the owner of the resource has opted in, read again live.'),
    resourceKinds: listOf(shortText)
      .default([])
      .describe('pod, deployment, ecs_service, host ... Empty: any kind.'),
  })
  .describe('What this runbook may touch.');
