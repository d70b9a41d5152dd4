import type { Bus } from '#lib/bus/bus.ts';
import { BelayError } from '#lib/errors.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** To notice that something is wrong. */
const SPARE_MS = 24 * HOUR_MS;

/** A log that forgets a run before its cooldown is over could not give the guardrails back. */
export async function checkRetention(bus: Bus, runbooks: readonly Runbook[]): Promise<void> {
  const longest = [...runbooks].sort((a, b) => cooldownMs(b) - cooldownMs(a))[0];
  if (!longest) return;
  const neededMs = cooldownMs(longest) + SPARE_MS;
  for (const topic of ['decision', 'verification']) {
    const { retentionMs = 'forever' } = (await bus.describeTopic(topic)) ?? {};
    if (retentionMs !== 'forever' && retentionMs < neededMs) throw tooShort(topic, retentionMs, longest);
  }
}

const cooldownMs = ({ guardrails }: Runbook): number => guardrails.cooldownMinutes * MINUTE_MS;

function tooShort(topic: string, retentionMs: number, runbook: Runbook): BelayError {
  const { name, guardrails } = runbook;
  const hours = Math.ceil((cooldownMs(runbook) + SPARE_MS) / HOUR_MS);
  return new BelayError(
    'invalid',
    `the topic ${topic} keeps ${retentionMs / HOUR_MS} h, and ${name} has a cooldown of ${guardrails.cooldownMinutes} min`,
    {
      code: 'RETENTION_TOO_SHORT',
      field: 'topics.retentionHours',
      why: 'guardrails are rebuilt from the log: what it has forgotten no longer refuses',
      next: `keep ${topic} for at least ${hours} h, or shorten the cooldown`,
    },
  );
}
