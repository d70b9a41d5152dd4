import { actionSpec } from '#lib/runbook/action-catalogue.ts';
import { outcomeCheckNames } from '#lib/runbook/named-checks.ts';
import type { Action, Runbook, Step, VerificationCheck } from '#lib/runbook/runbook.ts';
import type { Row } from './page-row.ts';

export function stepRows({ steps }: Runbook): readonly Row[] {
  return steps.flatMap((step): Row[] => [
    [step.id, step.description || actionSpec(step.action)?.summary || ''],
    ['', callOf(step)],
    ['', conditionsOf(step).join(', ')],
    ...(step.rollback ? [['', `undone by ${callOf(step.rollback)}`]] : []),
  ]);
}

function callOf({ action, with: given }: Action): string {
  const values = Object.entries(given).map(([name, value]) => {
    return `${name}=${typeof value === 'object' ? value.join(',') : String(value)}`;
  });
  return [action, ...values].join(' ');
}

function conditionsOf({ when, validation, timeoutSeconds, retries, required }: Step): readonly string[] {
  return [
    `within ${timeoutSeconds} s`,
    ...(when === undefined ? [] : [`only if ${when}`]),
    ...(validation ? [`done if ${validationText(validation)}`] : []),
    ...(retries > 0 ? [`${retries} retries`] : []),
    ...(required ? [] : ['may fail']),
  ];
}

function validationText(validation: NonNullable<Step['validation']>): string {
  if (validation.type === 'output_contains') return `it says "${validation.text}"`;
  return validation.type === 'exit_code' ? `it exits ${validation.code}` : validation.expression;
}

export function verificationRows({ verification }: Runbook): readonly Row[] {
  const { checks, stableForSeconds } = verification;
  const rows = checks.map((check): Row => [check.name, expectationOf(check)]);
  return stableForSeconds === 0 ? rows : [...rows, ['all of it', `for ${stableForSeconds} s`]];
}

function expectationOf(check: VerificationCheck): string {
  const { name, expect, metric, samples, intervalSeconds } = check;
  const what = expect ?? outcomeCheckNames[name] ?? '';
  const where = metric ? ` (${String(metric['source'])}: ${queryOf(metric)})` : '';
  const often = samples > 1 ? `, ${samples} times, every ${intervalSeconds} s` : '';
  return `${what}${where}${often}`;
}

/** Of Prometheus the query, of CloudWatch the two names. */
function queryOf({ query, namespace, name }: Readonly<Record<string, unknown>>): string {
  return [query, namespace, name].filter((part) => typeof part === 'string').join(' ');
}
