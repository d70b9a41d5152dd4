import type { Facts } from './watch.ts';

export type Verdict = 'verified' | 'failed' | 'inconclusive';

export interface Judgement {
  readonly check: string;
  readonly verdict: Verdict;
  readonly observed: string;
  readonly expected: string;
}

type ResourceCheck = (facts: Facts) => Omit<Judgement, 'check'>;

/** What a runbook may ask of the resource itself. Each is specific enough to fail. */
const resourceChecks: Readonly<Record<string, ResourceCheck>> = {
  replacement_pod_ready_within_timeout: (facts) =>
    judged(
      facts['replacementReady'],
      facts['replacementReady'] === true
        ? `${facts['replacement'] ?? 'replacement'} Ready`
        : 'no replacement Ready yet',
      'a replacement Ready',
      facts['replacementReady'] === true,
    ),
  available_replicas_equal_desired_replicas: (facts) => {
    const [available, desired] = [facts['availableReplicas'], facts['desiredReplicas']];
    const known = available === undefined ? undefined : desired;
    return judged(
      known,
      `${available ?? '?'} available`,
      `${desired ?? '?'} available`,
      available === desired,
    );
  },
};

export const judgedOutcomes: readonly string[] = Object.keys(resourceChecks);

/** A check that nobody knows, or whose facts are missing, is inconclusive: never true. */
export function judgeCheck(check: string, facts: Facts): Judgement {
  const judge = Object.hasOwn(resourceChecks, check) ? resourceChecks[check] : undefined;
  if (judge) return { check, ...judge(facts) };
  return { check, verdict: 'inconclusive', observed: 'nothing', expected: 'a check that this version knows' };
}

function judged(fact: unknown, observed: string, expected: string, holds: boolean): Omit<Judgement, 'check'> {
  return { verdict: fact === undefined ? 'inconclusive' : holds ? 'verified' : 'failed', observed, expected };
}
