import { z } from 'zod';
import { isCron } from './cron.ts';
import { durationToMs } from './duration.ts';
import { listOf, shortText, wholeNumber } from './rules.ts';
import { timeZone } from './windows.ts';

const TEN_MINUTES = 'PT10M';

export const approval = z
  .strictObject({
    approvers: listOf(
      z.string().regex(/^(group|user):[\w.@+/-]{1,128}$/, 'is not group:<name> or user:<name>'),
    )
      .min(1, 'is empty')
      .describe('Only these count: group:<name> or user:<name>.'),
    quorum: wholeNumber(1, 10).default(1).describe('How many of them.'),
    timer: z
      .string()
      .refine(
        (text) => durationToMs(text) !== undefined,
        'is not an ISO-8601 duration of at most a day: PT10M',
      )
      .default(TEN_MINUTES)
      .describe('ISO-8601. Unanswered by then: onLapse.'),
    onLapse: z
      .enum(['approve', 'deny', 'escalate'])
      .default('escalate')
      .describe('What silence means. approve is refused for high risk and for what cannot be undone.'),
  })
  .describe('Who says yes, and what silence means.');

export const escalation = z
  .strictObject({
    onGuardrailFailure: z
      .enum(['page_service_owner', 'open_incident', 'none'])
      .default('page_service_owner')
      .describe('When a guardrail does not let it act.'),
    onVerificationFailure: z
      .enum(['open_incident_and_disable_runbook', 'open_incident', 'page_service_owner'])
      .default('open_incident_and_disable_runbook')
      .describe('When it acted and that did not help.'),
  })
  .describe('Who hears of it when it does not work.');

export const schedule = z
  .strictObject({
    cron: z
      .string()
      .refine(isCron, 'is not a cron expression: minute hour day month weekday')
      .describe('minute hour day month weekday'),
    timeZone,
    resource: z
      .strictObject({
        kind: shortText.describe('As in scope.resourceKinds.'),
        namespace: z.string().max(253, 'is longer than 253 characters').default('').describe('Where it is.'),
        name: shortText.describe('What it is called.'),
        target: z
          .string()
          .max(253, 'is longer than 253 characters')
          .default('')
          .describe('The cluster, account or host group. Empty: the only one there is.'),
      })
      .optional()
      .describe('What it acts on. Without it, each time is left to people.'),
    service: shortText
      .optional()
      .describe('That freezes and limits go by. Without it: the name of the resource.'),
  })
  .describe('Starts it without an incident. A time that is missed by a minute is skipped.');

export const reviewBy = z.iso
  .date('is not a date: 2027-01-31')
  .describe('When a person looks at this runbook again.');

export const tags = listOf(shortText).default([]).describe('To find it by.');
