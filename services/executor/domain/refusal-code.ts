import type { LiveCheck } from './observation.ts';

/** What ends when somebody else is done: another action, a rollout, a pod that starts. */
const PASSING: ReadonlySet<string> = new Set([
  'workload',
  'rollout',
  'not_already_rolling_out',
  'ready peers',
  'ready pods',
  'enough_ready_peers',
]);

/** `target_busy` where nothing refuses but what passes by itself: it is worth another try. */
export function refusalCode(checks: readonly LiveCheck[]): 'target_busy' | 'pre_check_failed' {
  const refused = checks.filter(({ ok }) => !ok);
  return refused.every(({ name }) => PASSING.has(name)) ? 'target_busy' : 'pre_check_failed';
}
