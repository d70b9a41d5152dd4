import { expect, it } from 'vitest';
import { TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { Mode } from '#gen/belay/v1/common.ts';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
import { renderTable } from '../frame/table.ts';
import { decisionList } from './decision-list.ts';
import { modeOption } from './mode-option.ts';

const made = DecisionMade.fromPartial({
  externalId: 'INC017',
  mode: Mode.BLOCKED,
  summary: 'it ran 5 times',
});
const entry = TimelineEntry.fromPartial({
  decisionId: 'dec-4c19a0b1c2d3',
  incidentId: 'inc-017',
  time: new Date('2026-03-03T03:12:00Z'),
  runbook: 'restart-pod@3',
  outcome: 'rate_limited',
  service: 'web',
  ended: { outcome: 'blocked', code: '', reason: '' },
  dataJson: JSON.stringify(DecisionMade.toJSON(made)),
});
const lines = (...entries: TimelineEntry[]) =>
  renderTable(decisionList(entries).table({ wide: false, time: () => '2m ago' }), { color: false }).split(
    '\n',
  );

it('tells what was decided, of which incident, and why', () => {
  const [, row] = lines(entry);
  expect(row?.split(/ {2,}/)).toEqual([
    '2m ago',
    'dec-4c19a0b1',
    'INC017',
    'restart-pod@3',
    'blocked',
    'rate_limited',
    'blocked',
    'web',
    'it ran 5 times',
  ]);
});

it('tells how it ended, and why where that was not as decided', () => {
  const executing = { ...entry, outcome: 'executing' };
  const ended = (outcome: string, code: string, reason: string) =>
    lines({ ...executing, ended: { outcome, code, reason } })[1];
  expect(ended('aborted', 'pre_check_failed', 'only 1 ready peer')).toMatch(
    /executing +aborted: pre_check_failed +web +only 1 ready peer$/,
  );
  expect(ended('verified', '', 'verified')).toMatch(/executing +verified +web +it ran 5 times$/);
  expect(ended('in progress', '', '')).toMatch(/executing +in progress +web +it ran 5 times$/);
});

it('has how it ended in its JSON', () => {
  expect(decisionList([entry]).body).toMatchObject({ items: [{ ended: { outcome: 'blocked' } }] });
});

it('shows what is known where the decision itself is too long to come along', () => {
  const [, row] = lines({ ...entry, dataJson: '', text: 'blocked' });
  expect(row).toMatch(/inc-017 +restart-pod@3 +rate_limited +blocked +web +blocked$/);
});

it('takes modes as runbooks spell them, and no others', () => {
  expect(modeOption('auto_execute', 'x')).toBe(Mode.AUTO_EXECUTE);
  expect(modeOption(undefined, 'x')).toBe(Mode.UNSPECIFIED);
  for (const word of ['AUTO_EXECUTE', 'auto', '', 'unspecified'])
    expect(() => modeOption(word, 'x')).toThrow('is no mode');
});
