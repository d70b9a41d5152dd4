import { ActorKind } from '#gen/belay/v1/common.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Considered } from '../decide-incident.ts';
import { runIncident } from '../runs/run-incident.ts';

export type Scheduled = Runbook & { readonly schedule: NonNullable<Runbook['schedule']> };

export const isScheduled = <R extends Runbook>(runbook: R): runbook is R & Scheduled =>
  runbook.schedule !== undefined;

export const ENGINE = { kind: ActorKind.ENGINE, name: 'decision' } as const;

/** The run of one planned time. Whoever considers it comes to the same decision. */
export function scheduledRun(
  runbook: Scheduled,
  plannedAt: Date,
  targets: readonly string[],
  now: Date,
): Considered & { readonly run: object } {
  const { name, schedule } = runbook;
  const planned = plannedAt.toISOString();
  const resource = resourceOf(schedule, targets);
  const incident = runIncident({
    parts: ['schedule', name, planned],
    service: schedule.service || resource?.name || name,
    resource,
    parameters: {},
    reason: `planned for ${planned}: ${schedule.cron} (${schedule.timeZone})`,
    by: ENGINE,
    at: now,
  });
  const words = `planned for ${planned.slice(0, 16)}Z`;
  const asked = { runbook, by: 'schedule', words, dryRun: false } as const;
  return { incident, causeId: planned, attempt: 1, run: { asked, parameters: {} } };
}

/** Where there is one target, it need not be named. */
function resourceOf({ resource }: Scheduled['schedule'], targets: readonly string[]) {
  if (!resource) return undefined;
  const only = targets.length === 1 ? (targets[0] ?? '') : '';
  return { ...resource, target: resource.target || only, uid: '' };
}
