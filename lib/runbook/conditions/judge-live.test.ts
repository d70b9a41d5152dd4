import { expect, it } from 'vitest';
import { judgeLive } from './judge-live.ts';

it.each([
  ['live.replicas > 1.0', { live: { replicas: 3 } }, true, ''],
  ['live.replicas > 1.0', { live: { replicas: 1 } }, false, 'live.replicas > 1.0 is false'],
  ['live.replicas > 1.0', { live: {} }, false, 'live.replicas not known'],
  ["!dependencies['db'].down", {}, false, 'dependencies.db.down not known'],
])('a pre-check holds only where it is true: %s with %j', (expression, facts, holds, why) => {
  expect(judgeLive(expression, facts)).toEqual({ holds, why });
});

it('what is no condition does not hold', () => {
  const { holds, why } = judgeLive('live.replicas >', { live: { replicas: 3 } });
  expect(holds).toBe(false);
  expect(why).not.toBe('');
});
