import { describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import type { OutputFormat } from './global-options.ts';
import { createOutput, type Result } from './output.ts';

const clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));

const result: Result = {
  kind: 'Thing',
  body: {
    name: 'a',
    at: new Date('2026-03-03T03:10:00.5Z'),
    big: 2n ** 60n,
    text: 'x\u009b\u202e',
    no: undefined,
  },
  names: ['a', 'b'],
  table: ({ wide, time }) => ({
    rows: [['a', time(new Date('2026-03-03T03:10:00Z')), ...(wide ? ['more'] : [])]],
  }),
};

async function printed(
  output: OutputFormat,
  how: 'print' | 'printNext' = 'print',
  utc = false,
): Promise<string> {
  let text = '';
  const out = createOutput({ output, utc, color: false, clock, write: (part) => (text += part) });
  await out[how](result);
  await out[how](result);
  return text.slice(0, text.length / 2);
}

describe('output', () => {
  it('has relative times in tables, and more columns when wide', async () => {
    expect(await printed('table')).toBe('a  2m ago\n');
    expect(await printed('wide')).toBe('a  2m ago  more\n');
  });

  it('has times in UTC when asked to', async () => {
    expect(await printed('table', 'print', true)).toBe('a  2026-03-03T03:10:00Z\n');
  });

  it('has names one a line', async () => {
    expect(await printed('name')).toBe('a\nb\n');
  });

  it('has JSON with version, kind, RFC 3339 in UTC, and 64-bit numbers as texts', async () => {
    expect(JSON.parse(await printed('json'))).toEqual({
      apiVersion: 'belay/v1',
      kind: 'Thing',
      name: 'a',
      at: '2026-03-03T03:10:00.500Z',
      big: '1152921504606846976',
      text: 'x\u009b\u202e',
    });
  });

  it('escapes in JSON what a terminal would obey', async () => {
    expect(await printed('json')).toContain('x\\u009b\\u202e');
  });

  it('has what comes as it happens one object a line, and one document each in YAML', async () => {
    const json = await printed('json', 'printNext');
    expect(json.indexOf('\n')).toBe(json.length - 1);
    expect(await printed('yaml', 'printNext')).toMatch(/^---\napiVersion: belay\/v1\nkind: Thing\n/);
  });

  it('has the same in YAML as in JSON', async () => {
    const { parse } = await import('yaml');
    expect(parse(await printed('yaml'))).toEqual(JSON.parse(await printed('json')));
  });
});
