import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesSelector, parseLabelSelector } from '../sandbox/selectors.ts';
import { selectorText } from './kubernetes-selector.ts';

const key = fc.constantFrom('app', 'tier', 'remediator.kubedojo.io/enabled');
const value = fc.constantFrom('a', 'b', 'true', '');
const labels = fc.dictionary(key, value);
const selector = fc
  .record({
    matchLabels: labels,
    matchExpressions: fc.array(
      fc.record({
        key,
        operator: fc.constantFrom(
          'In' as const,
          'NotIn' as const,
          'Exists' as const,
          'DoesNotExist' as const,
        ),
        values: fc.array(value, { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
  })
  .filter((s) => Object.keys(s.matchLabels).length + s.matchExpressions.length > 0);

it('selects as text what it selects as an object', () => {
  fc.assert(
    fc.property(selector, labels, (wanted, given) => {
      expect(parseLabelSelector(selectorText(wanted))(given)).toBe(matchesSelector(wanted, given));
    }),
  );
});
