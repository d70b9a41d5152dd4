import { describe, expect, it } from 'vitest';
import { freezeCreate } from '../commands/freeze/create.ts';
import { endOf, parseEnd } from './until-option.ts';

const now = new Date('2026-03-03T03:12:00Z');
const usage = expect.objectContaining({ kind: 'invalid', code: 'USAGE' });
const end = (options: Record<string, string>) => endOf(parseEnd(options, 'freeze create'), now).toISOString();

it('an end is a time with its zone, or a while from now', () => {
  expect(end({ until: '2026-03-03T06:00:00Z' })).toBe('2026-03-03T06:00:00.000Z');
  expect(end({ until: '2026-03-03T07:00+01:00' })).toBe('2026-03-03T06:00:00.000Z');
  expect(end({ for: '1h30m' })).toBe('2026-03-03T04:42:00.000Z');
});

it.each([
  ...['', 'tomorrow', '2026-03-03', '2026-03-03T06:00', '2026-02-30T06:00:00Z', '2026-03-03T25:00:00Z'].map(
    (until) => ({ until }),
  ),
  ...['', '0s', '2', '2 hours', '-1h', '9999999999d'].map((lasting) => ({ for: lasting })),
  {},
  { until: '2026-03-03T06:00:00Z', for: '2h' },
])('%j is no end', (options: Record<string, string>) => {
  expect(() => end(options)).toThrow(usage);
});

describe('what is frozen', () => {
  const scope = (options: Record<string, unknown>) =>
    freezeCreate.parse({ args: [], options: { for: '2h', reason: 'r', ...options } }).scope;

  it('is what is named, together', () => {
    expect(scope({ namespace: 'shop', service: 'cart' })).toEqual({
      ...{ all: false, namespace: 'shop', service: 'cart', target: '' },
    });
    expect(scope({ all: true })).toMatchObject({ all: true, namespace: '' });
  });

  it.each([{}, { all: true, service: 's' }, { namespace: '' }, { all: true, target: '' }])(
    'is not left to a guess: %j',
    (options) => expect(() => scope(options)).toThrow(usage),
  );
});
