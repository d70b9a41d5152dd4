import type { Draft } from '../draft.ts';
import { isRecord, type Section } from '../section.ts';

/** Limits by their name in the lab. A number that the format does not allow keeps the file from loading. */
const LIMITS: Readonly<Record<string, string>> = {
  max_per_hour: 'maxExecutionsPerHour',
  cooldown_minutes: 'cooldownMinutes',
  max_concurrent: 'maxConcurrentActions',
  max_affected_services: 'maxAffectedServices',
  min_ready_replicas: 'minimumReadyReplicasWithSameApp',
  max_percent_of_replicas: 'maxPercentOfReplicas',
  max_attempts: 'maxAttemptsPerTarget',
};

const BREAKER: Readonly<Record<string, string>> = {
  failure_threshold: 'failures',
  recovery_timeout_seconds: 'recoverySeconds',
};

export function setGuardrails(draft: Draft, section: Section): void {
  for (const [from, to] of Object.entries(LIMITS))
    draft.set(`guardrails.${to}`, section.limit(from), section.at(from));
  setCooldownSeconds(draft, section);
  const key = 'circuit_breaker';
  if (!isRecord(section.value[key])) {
    draft.set('guardrails.circuitBreaker', section.take(key), section.at(key));
    return;
  }
  const breaker = section.section(key);
  if (!breaker) return;
  for (const [from, to] of Object.entries(BREAKER))
    draft.set(`guardrails.circuitBreaker.${to}`, breaker.limit(from), breaker.at(from));
}

/** Rounded up: a cooldown never gets shorter. */
function setCooldownSeconds(draft: Draft, section: Section): void {
  const key = 'cooldown_seconds';
  if (section.has('cooldown_minutes'))
    return section.keep(key, 'cooldown_minutes says it as well and is the one that is taken, remove one');
  const seconds = section.limit(key);
  if (typeof seconds !== 'number') return draft.set('guardrails.cooldownMinutes', seconds, section.at(key));
  const minutes = Math.ceil(seconds / 60);
  draft.set('guardrails.cooldownMinutes', minutes, section.at(key));
  if (minutes * 60 !== seconds)
    section.warn(key, 'rounded', `the format counts minutes, ${seconds} s became ${minutes} min`);
}
