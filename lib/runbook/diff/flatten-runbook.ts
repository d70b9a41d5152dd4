import type { Runbook, VerificationCheck } from '../runbook.ts';
import { msToDuration } from '../schema/duration.ts';
import { windowText } from '../windows.ts';

export type Leaf = string | number | boolean | readonly string[];

/** Every field of a runbook by the name that its file gives it. What is not there has no entry. */
export function flattenRunbook(runbook: Runbook): ReadonlyMap<string, Leaf> {
  const { digest: _, guardrails, preChecks, steps, approval, verification, scope, ...rest } = runbook;
  const { allowedWindows, blackoutWindows } = guardrails;
  const tree = {
    ...rest,
    scope: {
      ...scope,
      requiredLabels: Object.entries(scope.requiredLabels).map(([key, value]) => `${key}=${value}`),
    },
    guardrails: {
      ...guardrails,
      allowedWindows: allowedWindows.map(windowText),
      blackoutWindows: blackoutWindows.map(windowText),
    },
    preChecks: keyed(preChecks, ({ name, expression }) => [name, expression ?? 'known by name']),
    steps: keyed(steps, ({ id, ...step }) => [id, step]),
    approval: approval && { ...approval, timerMs: undefined, timer: msToDuration(approval.timerMs) },
    verification: {
      ...verification,
      checks: keyed(verification.checks, (check) => [check.name, checkText(check)]),
    },
  };
  const leaves = new Map<string, Leaf>([['steps', steps.map(({ id }) => id)]]);
  collect(tree, [], leaves);
  return leaves;
}

function checkText({ expect, metric, samples, intervalSeconds, baselineSeconds }: VerificationCheck): string {
  const what = [expect ?? 'known by name', ...(metric ? [JSON.stringify(metric)] : [])].join(' of ');
  return `${what}, ${samples} every ${intervalSeconds} s, baseline ${baselineSeconds} s`;
}

/** By name, so that a change of order is one change and not many. A name that comes twice is told apart. */
function keyed<T>(
  items: readonly T[],
  entryOf: (item: T) => readonly [string, unknown],
): Record<string, unknown> {
  const seen = new Map<string, number>();
  const entries = items.map((item) => {
    const [name, value] = entryOf(item);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count === 1 ? name : `${name} (${count})`, value] as const;
  });
  return Object.fromEntries(entries);
}

function collect(value: unknown, path: readonly string[], leaves: Map<string, Leaf>): void {
  if (value === undefined) return;
  if (Array.isArray(value)) leaves.set(path.join('.'), value.map(String));
  else if (typeof value !== 'object' || value === null) leaves.set(path.join('.'), value as Leaf);
  else for (const [key, inner] of Object.entries(value)) collect(inner, [...path, key], leaves);
}
