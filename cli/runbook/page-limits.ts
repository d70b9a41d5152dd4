import { preCheckNames } from '#lib/runbook/named-checks.ts';
import type { Runbook, Schedule } from '#lib/runbook/runbook.ts';
import { windowText } from '#lib/runbook/windows.ts';
import type { Row } from './page-row.ts';

export function whenRows({ triggers, scope, schedule }: Runbook): readonly Row[] {
  const { symptoms, probableCauses, any, minimumConfidence } = triggers;
  const labels = Object.entries(scope.requiredLabels).map(([key, value]) => `${key}=${value}`);
  const isTriggered = any || symptoms.length + probableCauses.length > 0;
  return [
    ...list('the cause is', probableCauses),
    ...list('the symptom is', symptoms),
    ...(any ? [['incident', 'any that no other runbook is for']] : []),
    ...(schedule ? scheduleRows(schedule) : []),
    ...(isTriggered || schedule ? [] : [['started', 'by hand']]),
    ...(isTriggered ? [['confidence', `at least ${minimumConfidence.toFixed(2)}`]] : []),
    ['resource', scope.resourceKinds.join(', ') || 'of any kind'],
    ['namespace', scope.allowedNamespaces.join(', ') || 'any'],
    ['opted in by', labels.join(', ') || 'nothing is asked for'],
  ];
}

function scheduleRows({ cron, timeZone, resource }: Schedule): readonly Row[] {
  const { kind = '', namespace = '', name = '' } = resource ?? {};
  const what = [kind, [namespace, name].filter(Boolean).join('/')].filter(Boolean).join(' ');
  return [
    ['at', `${cron} (${timeZone})`],
    ['on', what || 'nothing: each time is left to people'],
  ];
}

export function approvalRows({ approval }: Runbook): readonly Row[] {
  if (!approval) return [];
  const { approvers, quorum, timerMs, onLapse } = approval;
  const who = `${quorum} of ${approvers.join(', ')}`;
  return [
    ['people', who],
    ['unanswered', `after ${timerMs / 60_000} min: ${onLapse}`],
  ];
}

export function limitRows({ guardrails: limits, dependencies }: Runbook): readonly Row[] {
  const { failures, recoverySeconds } = limits.circuitBreaker;
  return [
    ['executions', `${limits.maxExecutionsPerHour} in 60 min on the same service`],
    ['cooldown', `${limits.cooldownMinutes} min`],
    ['at the same time', `${limits.maxConcurrentActions}`],
    ['in a namespace', `${limits.maxConcurrentActionsPerNamespace} of any runbook at the same time`],
    ['services', `${limits.maxAffectedServices}`],
    ['Ready peers', `at least ${limits.minimumReadyReplicasWithSameApp}`],
    ['share of replicas', `at most ${limits.maxPercentOfReplicas} %`],
    ['attempts', `${limits.maxAttemptsPerTarget} in 60 min on the same resource`],
    ['circuit', `opens after ${failures} failures, for ${recoverySeconds} s`],
    ...list('hours', limits.allowedWindows.map(windowText)),
    ...list('never', limits.blackoutWindows.map(windowText)),
    ...list('needs healthy', dependencies),
  ];
}

export function preCheckRows({ preChecks }: Runbook): readonly Row[] {
  return preChecks.map(({ name, expression }) => [name, expression ?? preCheckNames[name] ?? '']);
}

const list = (label: string, items: readonly string[]): readonly Row[] =>
  items.length === 0 ? [] : [[label, items.join(', ')]];
