import fc from 'fast-check';
import { expect, it } from 'vitest';
import { itemLines } from './item-lines.ts';

/** Of two spaces for each level, so that every item begins a line of its own. */
const printed = (value: unknown): string => JSON.stringify(value, undefined, 2);

const fromJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it.each([[undefined], ['items']])('finds every item, whatever is in it and beside it: key %s', (key) => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.jsonValue(), fc.boolean(), (items, other, isFirst) => {
      const beside = isFirst ? { other, items } : { items, other };
      const text = printed(key === undefined ? items : beside);
      const lines = text.split('\n');
      const begun = itemLines(text, key).map((line) => lines[line - 1]?.trimStart().replace(/,$/, ''));
      expect(begun).toEqual(items.map((item) => printed(fromJson(item)).split('\n')[0]));
    }),
  );
});

it('knows that all are on one line', () => {
  expect(itemLines('\n{"x": [1], "items": [[], {"items": [2]}, "\\"[,"]}', 'items')).toEqual([2, 2, 2]);
});

it('takes a long file in one go', () => {
  const items = Array.from({ length: 50_000 }, () => ({ a: '"[{' }));
  const text = printed(items);
  expect(itemLines(text).at(-1)).toBe(text.split('\n').length - 3);
});
