import { z } from 'zod';
import { wholeNumber } from './rules.ts';
import { timeWindows } from './windows.ts';

/** An absent guardrail has its default: leaving one out never opens a gate. */
export const guardrails = z
  .strictObject({
    maxExecutionsPerHour: wholeNumber(1, 1_000)
      .default(3)
      .describe('In any 60 minutes, for the same namespace and service.'),
    cooldownMinutes: wholeNumber(0, 10_080)
      .default(10)
      .describe('From the end of a run to the next for the same service. 0: none.'),
    maxConcurrentActions: wholeNumber(1, 100).default(3).describe('Of this runbook, at the same time.'),
    maxConcurrentActionsPerNamespace: wholeNumber(1, 100)
      .default(3)
      .describe('Actions of any runbook under way in the namespace, this one included.'),
    maxAffectedServices: wholeNumber(1, 100).default(1).describe('Services of one decision.'),
    minimumReadyReplicasWithSameApp: wholeNumber(0, 1_000)
      .default(2)
      .describe('Ready peers that carry the load, counted live.'),
    maxPercentOfReplicas: z
      .number()
      .gt(0, 'is not above 0')
      .max(100, 'is more than 100')
      .default(50)
      .describe('Share of the workload that may be touched, 0 to 100.'),
    maxAttemptsPerTarget: wholeNumber(1, 10).default(2).describe('In any 60 minutes, on the same resource.'),
    circuitBreaker: z
      .strictObject({
        failures: wholeNumber(1, 100).default(3).describe('Failures in a row that open it.'),
        recoverySeconds: wholeNumber(1, 86_400).default(300).describe('Until one trial is let through.'),
      })
      .prefault({})
      .describe('Stops a runbook that does not help.'),
    allowedWindows: timeWindows.describe(
      'Off-peak or maintenance hours: it acts in these alone. Empty: at any time.',
    ),
    blackoutWindows: timeWindows.describe('Hours in which it never acts, whatever allowedWindows says.'),
  })
  .describe('Each has a default; all of them always apply.');
