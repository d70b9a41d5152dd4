import { describe, expect, it } from 'vitest';
import { freeze, quarantine, runbookEnabled, silence } from './control-checks.ts';
import type { Restriction } from './restrictions.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 2, 3, hour));
const none = { freezes: [], silences: [], quarantines: [], disabledRunbooks: new Map() };
const of = (what: string, endsAt?: Date): Restriction => ({ what, why: 'release week (maria)', endsAt });

it('pass where nothing is in the way, each with what it saw', () => {
  const checks = [freeze(none), silence(none), runbookEnabled(none, 'scale-up'), quarantine(none)];
  expect(checks.map(({ name, result, observed, endsAt }) => [name, result, observed, endsAt])).toEqual([
    ['freeze', 'pass', '0 active', undefined],
    ['silence', 'pass', 'none', undefined],
    ['runbook', 'pass', 'enabled', undefined],
    ['quarantine', 'pass', 'none', undefined],
  ]);
});

describe('a freeze', () => {
  it('refuses in words, and says when it ends', () => {
    expect(freeze({ ...none, freezes: [of('namespace shop', at(4))] })).toEqual({
      name: 'freeze',
      result: 'refuse',
      observed: '1 active',
      limit: '0',
      code: 'freeze',
      reason: 'namespace shop is frozen until 2026-03-03T04:00:00Z: release week (maria)',
      endsAt: at(4),
    });
  });

  it('of several, all are told, and the last one to end counts', () => {
    const both = freeze({ ...none, freezes: [of('everything', at(6)), of('service s', at(4))] });
    expect(both).toMatchObject({ observed: '2 active', endsAt: at(6) });
    expect(both.reason).toContain('; service s is frozen until');
    const endless = freeze({ ...none, freezes: [of('everything'), of('service s', at(4))] });
    expect(endless.endsAt).toBeUndefined();
  });
});

it('a silence, a quarantine and a disabled runbook refuse, each with its code and reason', () => {
  expect(silence({ ...none, silences: [of('checkout', at(4))] })).toMatchObject({
    result: 'refuse',
    code: 'silenced',
    reason: 'checkout is silenced until 2026-03-03T04:00:00Z: release week (maria)',
    endsAt: at(4),
  });
  expect(quarantine({ ...none, quarantines: [of('pod shop/web-1')] })).toMatchObject({
    code: 'quarantined',
    reason: 'pod shop/web-1 is in quarantine: release week (maria)',
    endsAt: undefined,
  });
  const disabledRunbooks = new Map([['scale-up', of('scale-up')]]);
  expect(runbookEnabled({ ...none, disabledRunbooks }, 'scale-up')).toMatchObject({
    code: 'runbook_disabled',
    observed: 'disabled',
    limit: 'enabled',
    reason: 'scale-up is disabled: release week (maria)',
  });
  expect(runbookEnabled({ ...none, disabledRunbooks }, 'restart-pod').result).toBe('pass');
});
