import type { Hint } from '../frame/hints.ts';
import type { Presentation, Result } from '../frame/output.ts';
import type { Cell } from '../frame/table.ts';
import type { Check } from './check.ts';

export function doctorReport(found: readonly Check[], hint: Hint): Result {
  const grouped = [...Map.groupBy(found, ({ service }) => service).values()].flat();
  const checks = grouped.map((check) => (check.ok ? check : { ...check, fix: hint(check.fix) }));
  return {
    kind: 'DoctorReport',
    body: { ok: checks.every(({ ok }) => ok), checks },
    names: checks.map(({ service, name }) => `${service}/${name}`),
    table: ({ wide, time }) => ({
      header: ['SERVICE', 'CHECK', 'RESULT', ...(wide ? ['ASKED'] : []), 'DETAIL', 'FIX'],
      rows: checks.map((check) => row(check, wide, time)),
    }),
  };
}

function row(check: Check, wide: boolean, time: Presentation['time']): Cell[] {
  const { service, name, asked, since } = check;
  const detail = since ? `${check.detail}, started ${time(since)}` : check.detail;
  const result: Cell = check.ok ? { text: 'ok', tone: 'good' } : { text: 'WRONG', tone: 'bad' };
  return [service, name, result, ...(wide ? [asked] : []), detail, check.ok ? '' : check.fix];
}
