import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planHash } from './plan-hash.ts';

const binding = { uid: 'u1', from: 3, to: 5 };
const facts = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxKeys: 5 });

it('is the same for the same plan on the same state, whatever the order of the facts', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const turned = Object.fromEntries(Object.entries(given).reverse());
      expect(planHash('sha256:a', turned)).toBe(planHash('sha256:a', given));
    }),
  );
});

it('is another one where anything of it is different', () => {
  fc.assert(
    fc.property(facts, facts, (one, other) => {
      const isSame = planHash('sha256:a', one) === planHash('sha256:a', other);
      expect(isSame).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)));
    }),
  );
  const hashes = [
    planHash('sha256:a', binding),
    planHash('sha256:b', binding),
    planHash('sha256:a', { ...binding, uid: 'u2' }),
    planHash('sha256:a', { ...binding, to: 4 }),
    planHash('sha256:a', { ...binding, to: '5' }),
    planHash('sha256:a', {}),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

it('looks like other digests', () => {
  expect(planHash('sha256:a', binding)).toMatch(/^sha256:[0-9a-f]{32}$/);
});

const sorted = (of: object) => Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
