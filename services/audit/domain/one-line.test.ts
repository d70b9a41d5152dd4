import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine } from './one-line.ts';

describe('a line of text from anywhere', () => {
  it.each([
    ['line breaks', 'exit 1\n  at run\r\n', 'exit 1 at run'],
    ['colours and cursor moves of terminals', '\u001b[31mFixed\u001b[0m\u0007', '[31mFixed [0m'],
    ['a text that reads backwards', 'pod \u202egnp.exe', 'pod gnp.exe'],
    ['what is invisible', 'api\u200b-\u2060server\ufeff', 'api-server'],
    ['half a character', 'cut \ud83d', 'cut \ufffd'],
    ['a NUL', 'a\0b', 'a b'],
  ])('has no %s', (_what, text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it('ends where people stop reading, and says so', () => {
    expect(oneLine('x'.repeat(100_000))).toBe(`${'x'.repeat(499)}…`);
    expect(oneLine('x'.repeat(500))).toBe('x'.repeat(500));
    expect(oneLine('abcdef', 4)).toBe('abc…');
  });

  it('is short, printable and whole, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const line = oneLine(text, 20);
        expect(line.length).toBeLessThanOrEqual(20);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(oneLine(line, 20)).toBe(line);
      }),
    );
  });
});
