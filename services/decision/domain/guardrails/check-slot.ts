import { breakerPhase } from './breaker.ts';
import { checkBudget } from './check-budget.ts';
import { checkStorm } from './check-storm.ts';
import { pass, refuse, span, times } from './check-words.ts';
import type { GuardrailCheck, GuardrailName } from './guardrail-check.ts';
import { type Observed, WINDOW_MS, type WindowCount } from './observed.ts';
import type { SlotWants } from './slot-wants.ts';

export interface AskedFor {
  readonly decisionId: string;
  readonly wants: SlotWants;
  readonly now: Date;
}

type Counted = Omit<Observed, 'storm'>;

/** Every guardrail's answer to what a store observed, also those behind the first refusal. */
export function checkSlot(observed: Observed, { decisionId, wants, now }: AskedFor): GuardrailCheck[] {
  const storm = checkStorm(observed.storm, wants, decisionId, now.getTime());
  return [storm, ...checkScopes(observed, wants, now)];
}

/** The answers of what counts actions: of all but storms, which are told by incidents. */
export function checkScopes(observed: Counted, wants: SlotWants, now: Date): GuardrailCheck[] {
  const nowMs = now.getTime();
  return [
    circuit(observed, wants, nowMs),
    rate(observed, wants),
    cooldown(observed, wants, nowMs),
    attempts(observed, wants),
    checkBudget(observed, wants),
    concurrency(observed, wants),
    workloadLock(observed),
  ];
}

/** Whether an action that is let through now is the one that tries a half-open breaker out. */
export function isTrial({ breaker }: Counted, { limits }: SlotWants, now: Date): boolean {
  const phase = breakerPhase(breaker, limits.circuitBreaker.recoveryMs, now.getTime());
  return phase === 'half_open' && breaker.trial === '';
}

function circuit({ breaker }: Counted, { limits }: SlotWants, nowMs: number): GuardrailCheck {
  const { failures, recoveryMs } = limits.circuitBreaker;
  const { trial, openedAtMs } = breaker;
  const phase = breakerPhase(breaker, recoveryMs, nowMs);
  const count = breaker.failures === 1 ? '1 failure' : `${breaker.failures} failures`;
  const seen = (what: string) =>
    ({
      name: 'circuit',
      observed: `${phase.toUpperCase()}, ${what}`,
      limit: `opens at ${failures}`,
    }) as const;
  if (phase === 'closed') return pass(seen(count));
  if (phase === 'half_open' && trial === '') return pass(seen('no trial yet'));
  if (phase === 'half_open')
    return refuse(
      seen(`trial ${trial}`),
      'circuit_open',
      `it did not help before, and its one trial (${trial}) is not over`,
    );
  const reason = `its last runs did not help (${count} in a row), so it rests for ${span(recoveryMs)}`;
  return refuse(seen(count), 'circuit_open', reason, openedAtMs + recoveryMs);
}

function rate({ executions }: Counted, { limits, service }: SlotWants): GuardrailCheck {
  return inWindow('rate', executions, limits.maxExecutionsPerHour, {
    code: 'rate_limited',
    words: `it ran ${times(executions.count)} for ${service} in the last hour, the limit`,
  });
}

function attempts({ attempts }: Counted, { limits, resource }: SlotWants): GuardrailCheck {
  return inWindow('attempts', attempts, limits.maxAttemptsPerTarget, {
    code: 'attempts_spent',
    words: `it was tried ${times(attempts.count)} on ${resource} in the last hour, the limit`,
  });
}

function inWindow(
  name: GuardrailName,
  { count, blockedByMs }: WindowCount,
  limit: number,
  { code, words }: { readonly code: string; readonly words: string },
): GuardrailCheck {
  const numbers = { name, observed: `${count} in 60 min`, limit: String(limit) };
  if (count < limit) return pass(numbers);
  if (limit === 0) return refuse(numbers, code, 'its limit is 0 in an hour: it never runs');
  return refuse(numbers, code, words, blockedByMs + WINDOW_MS);
}

/** Counts from the settlement. Until then nobody can say when it will be over. */
function cooldown({ settledAtMs, running }: Counted, wants: SlotWants, nowMs: number): GuardrailCheck {
  const { cooldownMs } = wants.limits;
  const sinceMs = Math.max(0, nowMs - settledAtMs);
  const underWay = running.run > 0;
  const seen = settledAtMs === 0 ? 'none before' : `${span(sinceMs)} since the last`;
  const numbers = {
    name: 'cooldown',
    observed: underWay ? `${running.run} under way` : seen,
    limit: span(cooldownMs),
  } as const;
  if (cooldownMs === 0) return pass(numbers);
  if (underWay) return refuse(numbers, 'cooling_down', `a run of it for ${wants.service} is still under way`);
  if (settledAtMs === 0 || nowMs >= settledAtMs + cooldownMs) return pass(numbers);
  const reason = `its last run for ${wants.service} ended ${span(sinceMs)} ago, and it rests for ${span(cooldownMs)}`;
  return refuse(numbers, 'cooling_down', reason, settledAtMs + cooldownMs);
}

function concurrency({ running }: Counted, wants: SlotWants): GuardrailCheck {
  const { limits, target, namespace, service } = wants;
  const { global, perTarget, perNamespace, perService } = limits.concurrency;
  const scopes = [
    { of: 'runbook', count: running.runbook, limit: limits.maxConcurrentActions, where: 'of this runbook' },
    { of: 'all', count: running.global, limit: global, where: 'in all' },
    { of: 'target', count: running.target, limit: perTarget, where: `at ${target}` },
    { of: 'namespace', count: running.namespace, limit: perNamespace, where: `in namespace ${namespace}` },
    { of: 'service', count: running.service, limit: perService, where: `for ${service}` },
  ];
  const numbers = {
    name: 'concurrency',
    observed: scopes.map(({ of, count }) => `${of} ${count}`).join(', '),
    limit: scopes.map(({ limit }) => limit).join(', '),
  } as const;
  const full = scopes.filter(({ count, limit }) => count >= limit);
  if (full.length === 0) return pass(numbers);
  const words = full.map(({ count, limit, where }) => `${count} of ${limit} ${where}`).join(', ');
  return refuse(numbers, 'too_many_actions', `too many actions are under way: ${words}`);
}

function workloadLock({ holder }: Counted): GuardrailCheck {
  const numbers = {
    name: 'workload lock',
    observed: holder ? `held by ${holder}` : 'free',
    limit: 'one action a workload',
  } as const;
  if (holder === '') return pass(numbers);
  return refuse(numbers, 'workload_locked', `another action (${holder}) on the same workload is not over`);
}
