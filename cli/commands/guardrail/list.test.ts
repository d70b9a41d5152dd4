import { expect, it } from 'vitest';
import { nothingCounted } from './list.ts';

it('says where to look for how a service is spelt that nothing was counted for', () => {
  expect(nothingCounted({ service: '' })).toBe('Nothing was counted within a week.');
  const hint = nothingCounted({ service: 'chekout' });
  expect(hint).toContain('"chekout"');
  expect(hint).toMatch(/belay guardrail list$/);
});
