import { z } from 'zod';
import { redisSection } from '#lib/config/sections.ts';
import { platformSections } from '#lib/platform/platform-config.ts';
import { signingSection } from '#lib/platform/signing.ts';
import { timeWindows } from '#lib/runbook/schema/windows.ts';

const guardrailsSection = z.discriminatedUnion('kind', [
  /** For a system in one process. */
  z.strictObject({ kind: z.literal('memory') }),
  z.strictObject({
    kind: z.literal('redis'),
    ...redisSection.shape,
    /** Tells systems apart that share a server. */
    prefix: z.string().min(1).default('belay'),
    /**
     * The longest time from a grant to its published order: a send may take 10 s, and a grant may have waited a
     * second for its batch. A rebuild waits this long.
     */
    publishWithinMs: z.int().min(1).default(15_000),
  }),
]);

/** Actions under way at the same time, over all runbooks. Each runbook has a limit of its own besides. */
const concurrencySection = z
  .strictObject({
    global: z.int().min(1).default(10),
    perTarget: z.int().min(1).default(5),
    /** Namespaces and services are those of one target. */
    perNamespace: z.int().min(1).default(3),
    perService: z.int().min(1).default(1),
  })
  .prefault({})
  .refine(
    ({ global, perTarget, perNamespace, perService }) =>
      global >= perTarget && perTarget >= perNamespace && perNamespace >= perService,
    'global, perTarget, perNamespace and perService go from wide to narrow, none may be above the one before it',
  );

/**
 * How many services may be about to be acted on automatically within 60 s, from one source and in all: the larger of
 * a number and a share of the services seen in 24 h. More of them are a storm, and nothing runs by itself.
 */
const stormSection = z
  .strictObject({
    services: z.int().min(1).default(5),
    percent: z.int().min(0).max(100).default(20),
  })
  .prefault({});

/** Actions in any 24 hours, over all runbooks, in all and at each target. 0: as many as there are. */
const budgetSection = z
  .strictObject({ global: z.int().min(0).default(0), perTarget: z.int().min(0).default(0) })
  .prefault({})
  .refine(
    ({ global, perTarget }) => global === 0 || global >= perTarget,
    'perTarget may not be above global: it would never be reached',
  );

/** What raises the risk of the moment besides what a report says. */
const riskSection = z
  .strictObject({
    /** Runs that were verified, ever, before a runbook is no longer new here. 0: none ever is new. */
    minimumVerifiedRuns: z.int().min(0).default(0),
    /** The share of the runs of 30 days that has to be verified; fewer than 5 runs say nothing. 0: none. */
    reliableRate: z.number().min(0).max(1).default(0.9),
    /** As in a runbook's blackoutWindows. */
    busyHours: timeWindows,
  })
  .prefault({});

/** When it is proposed that a runbook acts more freely, or less. */
const proposalsSection = z
  .strictObject({
    /** Evidence is kept for 90 days. */
    days: z.int().min(1).max(90).default(30),
    observedDecisions: z.int().min(1).default(10),
    shownSuggestions: z.int().min(1).default(5),
    approvedRuns: z.int().min(1).default(10),
    answersWithoutDenial: z.int().min(0).default(5),
    successRate: z.number().min(0).max(1).default(0.9),
    runsForRate: z.int().min(1).default(5),
    automaticRuns: z.int().min(0).default(3),
  })
  .prefault({});

export const configSchema = z.strictObject({
  ...platformSections({ grpc: 7173, ops: 7183 }),
  signing: signingSection,
  guardrails: guardrailsSection,
  /** Files or folders with runbooks, applied to the registry at each start. */
  runbooks: z.array(z.string().min(1)).default([]),
  registry: z
    .strictObject({
      /**
       * What becomes of a content that is new in the files: a draft, or active in its own mode unless somebody has
       * chosen otherwise by a command.
       */
      onStart: z.enum(['draft', 'activate']).default('draft'),
    })
    .prefault({}),
  /** Targets that have an executor. */
  targets: z.array(z.string().min(1)).min(1),
  policy: z
    .strictObject({
      /** Older incidents are never acted on. */
      maxIncidentAgeMs: z.int().min(1_000).default(600_000),
      /** How often an incident is decided, where what refused it ends by itself. 1: once. */
      maxAttempts: z.int().min(1).max(20).default(5),
      /** How long an order may wait for its executor: at most a day, as executors forget what was cancelled. */
      actWithinMs: z.int().min(1_000).max(86_400_000).default(300_000),
      concurrency: concurrencySection,
      storm: stormSection,
      budget: budgetSection,
      risk: riskSection,
      proposals: proposalsSection,
    })
    .prefault({}),
});
export type DecisionConfig = z.infer<typeof configSchema>;
export type GuardrailsConfig = DecisionConfig['guardrails'];
