import { compileCondition } from './conditions/compile-condition.ts';
import type { ScopeName } from './conditions/fact-catalogue.ts';
import { checkMetric } from './check-metric.ts';
import { below, type Fault } from './fault.ts';
import { listed, nearest } from './nearest.ts';
import { outcomeCheckNames, preCheckNames } from './named-checks.ts';
import type { RunbookFile } from './schema/runbook-file.ts';

type Spec = RunbookFile['spec'];

/** A pre-check that somebody looks at: one known by its name, or an expression. */
export function checkPreCheck(check: Spec['preChecks'][number]): readonly Fault[] {
  if (typeof check === 'string') return checkName(check, preCheckNames, []);
  if (check.expression === undefined) return checkName(check.name, preCheckNames, ['name']);
  return checkExpression(check.expression, 'live', ['expression']);
}

export function checkOutcome(
  check: Spec['verification']['checks'][number],
  parameters: readonly string[],
): readonly Fault[] {
  if (typeof check === 'string') return checkName(check, outcomeCheckNames, []);
  const { name, metric, expect } = check;
  const faults = metric ? below(['metric'], checkMetric(metric, parameters)) : [];
  if (expect !== undefined)
    return [...faults, ...checkExpression(expect, metric ? 'metric' : 'outcome', ['expect'])];
  if (!metric) return checkName(name, outcomeCheckNames, ['name']);
  const message = 'a metric without expect cannot fail, add expect: after < before';
  return [...faults, { path: ['metric'], code: 'cannot_fail', message }];
}

export function checkExpression(text: string, scope: ScopeName, path: Fault['path']): readonly Fault[] {
  const compiled = compileCondition(text, scope);
  return compiled.ok ? [] : [{ path, code: compiled.code, message: compiled.message }];
}

function checkName(
  name: string,
  known: Readonly<Record<string, string>>,
  path: Fault['path'],
): readonly Fault[] {
  // A name that is missing is told with the shape of the file.
  if (name === '' || Object.hasOwn(known, name)) return [];
  const near = nearest(name, Object.keys(known));
  const next =
    near === undefined
      ? `known are ${listed(Object.keys(known))}, or add an expression`
      : `did you mean ${near}?`;
  return [{ path, code: 'unknown_check', message: `no check is called ${name}, ${next}` }];
}
