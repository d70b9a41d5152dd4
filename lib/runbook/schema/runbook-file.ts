import { z } from 'zod';
import { guardrails } from './guardrails.ts';
import { parameters, prerequisites } from './parameters.ts';
import { approval, escalation, reviewBy, schedule, tags } from './people.ts';
import { listOf, longText, runbookName, shortText } from './rules.ts';
import { singleAction, steps } from './steps.ts';
import { scope, triggers } from './triggers.ts';
import { preChecks, rollback, verification } from './verification.ts';

export const API_VERSION = 'remediations.kubedojo.io/v1';
export const KIND = 'RemediationRunbook';

/** The file that people review. What the machine makes of it is `Runbook`. */
export const runbookFile = z.strictObject({
  apiVersion: z.literal(API_VERSION).describe('Of the format.'),
  kind: z.literal(KIND).describe('What this document is.'),
  metadata: z
    .strictObject({ name: runbookName.describe('Unique among all runbooks.') })
    .describe('What it is called.'),
  spec: z
    .strictObject({
      type: z
        .enum(['deployment', 'maintenance', 'incident_response', 'backup_restore', 'scaling', 'monitoring'])
        .default('incident_response')
        .describe('What it is for, to find it by.'),
      intent: longText.min(1, 'is empty').describe('One sentence that the person who is paged reads first.'),
      owner: shortText.describe('The team that answers for it.'),
      risk: z
        .enum(['low', 'medium', 'high'])
        .default('high')
        .describe('low may run by itself, high needs a person.'),
      decisionMode: z
        .enum(['manual', 'suggest', 'approval_required', 'auto_execute', 'observe'])
        .default('suggest')
        .describe('How far automation goes when everything passes.'),
      triggers: triggers.prefault({}),
      scope: scope.prefault({}),
      guardrails: guardrails.prefault({}),
      preChecks,
      parameters,
      prerequisites,
      action: singleAction.optional(),
      steps: steps.optional(),
      approval: approval.optional(),
      verification: verification.prefault({}),
      rollback: rollback.optional(),
      escalation: escalation.prefault({}),
      schedule: schedule.optional(),
      reviewBy: reviewBy.optional(),
      tags,
      dependencies: listOf(shortText).default([]).describe('Services that this one needs to be healthy.'),
    })
    .describe('What it does, when, and within which limits.'),
});

export type RunbookFile = z.infer<typeof runbookFile>;
