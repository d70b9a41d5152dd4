import { expect, it } from 'vitest';
import { quantityOf } from './kubernetes-quantity.ts';

it.each<[string | number, number | undefined]>([
  ['2', 2],
  [2, 2],
  ['0.5', 0.5],
  ['500m', 0.5],
  ['1e3', 1_000],
  ['10E', 1e19],
  ['100k', 100_000],
  ['1Gi', 1_073_741_824],
  ['', undefined],
  ['a lot', undefined],
  ['5 apples', undefined],
  ['1Qi', undefined],
  ['5constructor', undefined],
  ['1.2.3', undefined],
])('%j is %j', (text, value) => {
  expect(quantityOf(text)).toBe(value);
});
