import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';

const fixture = new URL('./fixtures/service-process.ts', import.meta.url).pathname;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function launch(behaviour: string, drainTimeoutMs = 25_000) {
  const child = spawn(process.execPath, [fixture, behaviour, String(drainTimeoutMs)]);
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  // `close` comes after the last output, `exit` need not.
  const closed = once(child, 'close').then(([code]) => code as number | null);
  const said = (text: string) => eventually(() => expect(out).toContain(text));
  return {
    child,
    closed,
    said,
    out: () => out,
    err: () => err,
    tell: (line: string) => child.stdin.write(`${line}\n`),
    stopped: () => [...out.matchAll(/^stopping (\w+)/gm)].map(([, name]) => name),
    url: async () => {
      await said('ready');
      return `http://127.0.0.1:${/ready (\d+)/.exec(out)?.[1]}`;
    },
  };
}

const statusOf = async (url: string) => (await fetch(url)).status;

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s stops all parts in reverse order and ends with 0',
    async (signal) => {
      const service = launch('clean');
      await service.said('ready');
      service.child.kill(signal);
      expect(await service.closed).toBe(0);
      expect(service.stopped()).toEqual(['third', 'second', 'first']);
      expect(service.err()).toContain('stopped');
    },
  );

  it('takes readiness away at once, while what is in hand is finished and liveness stays', async () => {
    const service = launch('slow-stop');
    const url = await service.url();
    expect(await statusOf(`${url}/readyz`)).toBe(200);
    service.child.kill('SIGTERM');
    await service.said('stopping second');
    expect(await statusOf(`${url}/readyz`)).toBe(503);
    expect(await statusOf(`${url}/livez`)).toBe(200);
    service.tell('go');
    expect(await service.closed).toBe(0);
    expect(service.stopped()).toEqual(['third', 'second', 'first']);
  });

  it('ends with 1 when the drain takes longer than its limit, and says so', async () => {
    const service = launch('endless-stop', 100);
    await service.said('ready');
    service.child.kill('SIGTERM');
    expect(await service.closed).toBe(1);
    expect(service.err()).toContain('the drain took too long');
  });

  it('ends it at once when it is the second one', async () => {
    const service = launch('endless-stop');
    await service.said('ready');
    service.child.kill('SIGTERM');
    await service.said('stopping second');
    service.child.kill('SIGINT');
    expect(await service.closed).toBe(1);
    expect(service.err()).toContain('a second signal, SIGINT');
  });

  it('ends with 1 when a part cannot be stopped, after the others were', async () => {
    const service = launch('failing-stop');
    await service.said('ready');
    service.child.kill('SIGTERM');
    expect(await service.closed).toBe(1);
    expect(service.stopped()).toEqual(['third', 'second', 'first']);
    expect(service.err()).toContain('cannot let go');
  });

  it('during the start stops what has started and starts no more', async () => {
    const service = launch('slow-start');
    await service.said('starting second');
    service.child.kill('SIGTERM');
    await eventually(() => expect(service.err()).toContain('SIGTERM'));
    service.tell('go');
    expect(await service.closed).toBe(0);
    expect(service.stopped()).toEqual(['second', 'first']);
    expect(service.out()).not.toContain('starting third');
    expect(service.out()).not.toContain('ready');
  });

  it('is what a service waits for that holds nothing open', async () => {
    const service = launch('idle');
    await service.said('ready');
    service.child.kill('SIGTERM');
    expect(await service.closed).toBe(0);
  });
});

describe('a crash', () => {
  it.each([
    ['throw', 'thrown'],
    ['reject', 'rejected'],
    ['fail', 'the consumer crashed'],
  ])('(%s) ends the process at once with 1 and its reason in the log', async (command, reason) => {
    const service = launch('clean');
    await service.said('ready');
    service.tell(command);
    expect(await service.closed).toBe(1);
    const last = JSON.parse(service.err().trim().split('\n').at(-1) ?? '') as object;
    expect(last).toMatchObject({ level: 'fatal', err: { message: reason } });
    expect(service.stopped()).toEqual([]);
  });
});

describe('a start that fails', () => {
  it.each([
    [
      'invalid-start',
      2,
      'error: wrong topics\n  why:  too short\n  next: set retentionHours\n  code: TOPICS_UNFIT\n',
    ],
    ['unavailable-start', 7, 'error: no broker\n  code: BUS_AWAY\n'],
    ['buggy-start', 1, 'x is not a function'],
  ])('(%s) ends with %i and says why, with what had started stopped again', async (behaviour, code, text) => {
    const service = launch(behaviour);
    expect(await service.closed).toBe(code);
    expect(service.err()).toContain(text);
    expect(service.stopped()).toEqual(['first']);
    expect(service.out()).not.toContain('ready');
  });
});
