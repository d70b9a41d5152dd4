import { createHash } from 'node:crypto';
import { canonical } from '#lib/plan/plan-digest.ts';
import { durationToMs } from './schema/duration.ts';
import type { RunbookFile } from './schema/runbook-file.ts';
import type { Approval, Parameter, Runbook, Step, VerificationCheck } from './runbook.ts';

type Spec = RunbookFile['spec'];

/** The runbook that a file stands for, once its steps are known to be good. */
export function toRunbook({ metadata, spec }: RunbookFile, steps: readonly Step[]): Runbook {
  const runbook: Omit<Runbook, 'digest'> = {
    name: metadata.name,
    type: spec.type,
    intent: spec.intent,
    owner: spec.owner,
    risk: spec.risk,
    decisionMode: spec.decisionMode,
    triggers: { ...spec.triggers, minimumConfidence: spec.triggers.minimumConfidence ?? 1 },
    scope: spec.scope,
    guardrails: spec.guardrails,
    preChecks: spec.preChecks.map((check) =>
      typeof check === 'string'
        ? { name: check, expression: undefined }
        : { name: check.name, expression: check.expression },
    ),
    parameters: Object.fromEntries(
      Object.entries(spec.parameters).map(([name, parameter]) => [name, toParameter(parameter)]),
    ),
    prerequisites: spec.prerequisites,
    steps,
    approval: spec.approval && toApproval(spec.approval),
    verification: {
      timeoutSeconds: spec.verification.timeoutSeconds,
      stableForSeconds: spec.verification.stableForSeconds,
      checks: spec.verification.checks.map(toCheck),
    },
    rollback: spec.rollback ?? { type: steps.some((step) => step.rollback) ? 'steps' : 'none', notes: '' },
    escalation: spec.escalation,
    schedule: spec.schedule,
    reviewBy: spec.reviewBy,
    tags: spec.tags,
    dependencies: spec.dependencies,
  };
  return { ...runbook, digest: digestOf(runbook) };
}

/** Of what the runbook means: comments, order of keys and shorthand do not count. */
function digestOf(runbook: Omit<Runbook, 'digest'>): string {
  return `sha256:${createHash('sha256').update(canonical(runbook)).digest('hex')}`;
}

function toParameter(source: Spec['parameters'][string]): Parameter {
  const { type, required, default: fallback, allowedValues, pattern, description } = source;
  return { type, required, default: fallback, allowedValues, pattern, description };
}

function toApproval({ approvers, quorum, timer, onLapse }: NonNullable<Spec['approval']>): Approval {
  return { approvers, quorum, timerMs: durationToMs(timer) ?? 0, onLapse };
}

/** Where a number is compared to what it was, five minutes of before are enough to know what it was. */
const BASELINE_SECONDS = 300;

function toCheck(check: Spec['verification']['checks'][number]): VerificationCheck {
  if (typeof check === 'string') return toCheck({ name: check, samples: 1, intervalSeconds: 10 });
  const { name, expect, metric, samples, intervalSeconds } = check;
  const baselineSeconds = check.baselineSeconds ?? (metric ? BASELINE_SECONDS : 0);
  return { name, expect, metric, baselineSeconds, samples, intervalSeconds };
}
