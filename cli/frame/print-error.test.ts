import { describe, expect, it } from 'vitest';
import { BelayError } from '#lib/errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { hintsAs, invokedAs } from './hints.ts';
import { printError } from './print-error.ts';

const hint = hintsAs('npx --no belay', ['approval show', 'up']);
const print = (thrown: unknown, debug = false) => printError(thrown, { hint, debug });

describe('an error', () => {
  it('says what, why, next and its code', () => {
    const error = new BelayError(
      'conflict',
      'not approved: the plan changed after you were asked (9c1e04 -> b77d20)',
      {
        code: 'PLAN_CHANGED',
        why: 'checkout was deployed at 03:12Z (revision 42 -> 43); rolling back now targets 42',
        next: 'belay approval show apr-71c2',
      },
    );
    expect(print(error)).toBe(
      [
        'error: not approved: the plan changed after you were asked (9c1e04 -> b77d20)',
        '  why:  checkout was deployed at 03:12Z (revision 42 -> 43); rolling back now targets 42',
        '  next: npx --no belay approval show apr-71c2',
        '  code: PLAN_CHANGED',
        '',
      ].join('\n'),
    );
  });

  it('keeps the lines of a list, and further lines of a reason under the first', () => {
    const error = new BelayError('invalid', 'two problems\n  a.yaml:1:1 x\n  a.yaml:2:1 y', {
      code: 'C',
      why: 'a\nb',
    });
    expect(print(error)).toBe(
      'error: two problems\n  a.yaml:1:1 x\n  a.yaml:2:1 y\n  why:  a\n        b\n  code: C\n',
    );
  });

  it('that nobody expected is one line', () => {
    expect(print(new TypeError('x is not\na function'))).toBe(
      'error: x is not a function (unexpected; BELAY_DEBUG=1 shows where)\n',
    );
    expect(print('just text')).toBe('error: just text (unexpected; BELAY_DEBUG=1 shows where)\n');
  });

  it('shows where it came from, and its causes, only for debugging', () => {
    const error = new BelayError('internal', 'outer', { code: 'C', cause: new Error('inner') });
    expect(print(error)).not.toContain('at ');
    expect(print(error, true)).toMatch(/outer\n {4}at [\s\S]*caused by:\nError: inner\n {4}at /);
  });

  it('neither shows a secret nor drives the terminal', () => {
    const error = new BelayError('internal', 'postgres://belay:hunter2@db/x \u001b[2J', { code: 'C' });
    for (const bad of ['hunter2', '\u001b']) expect(print(error, true)).not.toContain(bad);
  });

  it.each([
    ['internal', 1],
    ['invalid', 2],
    ['unauthenticated', 4],
    ['forbidden', 4],
    ['not_found', 5],
    ['conflict', 6],
    ['unavailable', 7],
    ['timeout', 7],
  ] as const)('of kind %s ends with %d', (kind, code) => {
    expect(exitCodeOf(new BelayError(kind, 'x', { code: 'C' }))).toBe(code);
  });

  it('that nobody expected ends with 1', () => expect(exitCodeOf(new Error('x'))).toBe(1));
});

describe('a hint', () => {
  it('repeats the command as it was started', () => {
    expect(invokedAs({ npm_command: 'exec' })).toBe('npx --no belay');
    expect(invokedAs({ npm_command: 'run-script' })).toBe('belay');
    expect(hint('belay up, or: belay approval list, or belay --help')).toBe(
      'npx --no belay up, or: npx --no belay approval list, or npx --no belay --help',
    );
  });

  it('leaves what is no command of ours, or is one already', () => {
    for (const text of [
      'grant create on database belay to belay',
      'npx --no belay up',
      '/etc/belay up',
      'a-belay up',
    ]) {
      expect(hint(text)).toBe(text);
    }
  });
});
