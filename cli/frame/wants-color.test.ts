import { describe, expect, it } from 'vitest';
import { wantsColor } from './wants-color.ts';

describe('colour', () => {
  it.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, {}, false],
  ] as const)('%s, on a terminal: %s, with %j: %s', (mode, isTerminal, env, expected) => {
    expect(wantsColor(mode, isTerminal, env)).toBe(expected);
  });
});
