import { describe, expect, it } from 'vitest';
import { BelayError } from '#lib/errors.ts';
import { type Component, startAll, stopAll } from './component.ts';
import { exitCodeOf, formatError } from './format-error.ts';

const away = new BelayError('unavailable', 'no broker', {
  code: 'BUS_AWAY',
  field: 'bus.brokers',
  next: 'start it',
});

function parts(...faults: Readonly<Partial<Record<'start' | 'stop', Error>>>[]) {
  const log: string[] = [];
  const run = (step: 'start' | 'stop', name: string, error?: Error) => async () => {
    log.push(`${step} ${name}`);
    if (error) throw error;
  };
  const components = faults.map(({ start, stop }, index): Component => {
    const name = String(index);
    return { name, start: run('start', name, start), stop: run('stop', name, stop) };
  });
  return { log, components };
}

describe('startAll', () => {
  it('starts in order and returns what runs', async () => {
    const { log, components } = parts({}, {}, {});
    expect(await startAll(components)).toEqual(components);
    expect(log).toEqual(['start 0', 'start 1', 'start 2']);
  });

  it('stops what had started, in reverse, and rejects with the reason of the failure', async () => {
    const { log, components } = parts({}, {}, { start: away }, {});
    await expect(startAll(components)).rejects.toBe(away);
    expect(log).toEqual(['start 0', 'start 1', 'start 2', 'stop 1', 'stop 0']);
  });

  it('keeps the reason in front when what had started does not stop again', async () => {
    const { log, components } = parts({}, { stop: new Error('stuck') }, { start: away });
    await expect(startAll(components)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'BUS_AWAY',
      field: 'bus.brokers',
      next: 'start it',
      message: 'no broker; and these did not stop again: 1 (stuck)',
      cause: away,
    });
    expect(log).toContain('stop 0');
  });
});

describe('stopAll', () => {
  it('stops in reverse, every one, and collects the failures', async () => {
    const error = new Error('stuck');
    const { log, components } = parts({}, { stop: error }, {});
    expect(await stopAll(components)).toEqual([{ name: '1', error }]);
    expect(log).toEqual(['stop 2', 'stop 1', 'stop 0']);
  });
});

describe('the end', () => {
  it.each([
    ['invalid', 2],
    ['unavailable', 7],
    ['timeout', 7],
    ['conflict', 1],
    ['internal', 1],
  ] as const)('after %s has the exit code %i', (kind, code) => {
    expect(exitCodeOf(new BelayError(kind, 'x', { code: 'X' }))).toBe(code);
  });

  it('after anything unforeseen has the exit code 1', () => {
    expect(exitCodeOf(new Error('x'))).toBe(1);
    expect(formatError('just text')).toBe('error: just text\n');
  });

  it('says what, why and next, without the secrets in it', () => {
    expect(formatError(away)).toBe('error: no broker\n  next: start it\n  code: BUS_AWAY\n');
    expect(formatError(new Error('at redis://:hunter2@h'))).not.toContain('hunter2');
  });
});
