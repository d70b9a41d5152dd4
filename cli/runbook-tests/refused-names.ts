import { type Check, CheckResult } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';

export const refusedChecks = ({ checks }: DecisionMade): readonly Check[] =>
  checks.filter(({ result }) => result === CheckResult.REFUSE);

/** What said no, as coverage counts it: the check, and of concurrency each of the scopes that were full. */
export function refusedNames(made: DecisionMade): readonly string[] {
  return refusedChecks(made).flatMap((check) =>
    check.name === 'concurrency' ? [check.name, ...fullScopes(check)] : [check.name],
  );
}

/** `namespace 3` of observed, `3` of limit: concurrency of namespace. */
function fullScopes({ observed, limit }: Check): readonly string[] {
  const limits = limit.split(', ').map(Number);
  return observed.split(', ').flatMap((text, index) => {
    const [scope, count] = text.split(' ');
    return Number(count) >= (limits[index] ?? 0) ? [`concurrency of ${scope}`] : [];
  });
}
