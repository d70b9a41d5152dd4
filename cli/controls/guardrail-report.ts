import { type Check, CheckResult, checkResultToJSON } from '#gen/belay/v1/common.ts';
import type { GuardrailCounters, ListGuardrailsResponse } from '#gen/belay/v1/decision_service.ts';
import type { Presentation, Result } from '../frame/output.ts';
import type { Cell } from '../frame/table.ts';

/** One line a check: each has numbers of its own, and a column for each would be wider than a terminal. */
export function guardrailReport({ counters, readAt }: ListGuardrailsResponse): Result {
  return {
    kind: 'GuardrailList',
    body: { readAt, items: counters.map(countersBody) },
    names: counters.map(({ runbook, namespace, service }) => [runbook, namespace, service].join('/')),
    table: (as) => ({
      header: ['RUNBOOK', 'SERVICE', 'GUARDRAIL', 'NEXT', 'USED', 'LIMIT', 'UNTIL'],
      rows: counters.flatMap((one) => one.checks.map((check, i) => checkRow(one, check, i === 0, as))),
    }),
  };
}

const countersBody = ({ checks, ...counters }: GuardrailCounters): Readonly<Record<string, unknown>> => ({
  ...counters,
  checks: checks.map((check) => ({ ...check, result: checkResultToJSON(check.result) })),
});

function checkRow(
  { runbook, target, namespace, service }: GuardrailCounters,
  { name, result, observed, limit, endsAt }: Check,
  isFirst: boolean,
  { wide, time }: Presentation,
): Cell[] {
  const place = wide ? [target, namespace, service].join('/') : service;
  const isRefused = result === CheckResult.REFUSE;
  return [
    isFirst ? runbook : '',
    isFirst ? place : '',
    name,
    isRefused ? { text: 'REFUSE', tone: 'bad' } : { text: 'pass', tone: 'good' },
    observed,
    limit,
    endsAt ? time(endsAt) : '',
  ];
}
