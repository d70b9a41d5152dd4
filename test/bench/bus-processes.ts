import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#lib/clock.ts';
import type { Figure } from './figure.ts';
import { median } from './figure.ts';

const CLI = new URL('../../cli/belay.ts', import.meta.url).pathname;

/** What a person waits for, and what an idle system costs. */
export async function* processFigures(quick: boolean): AsyncGenerator<Figure> {
  const seconds: number[] = [];
  for (let n = 0; n < (quick ? 2 : 5); n += 1) seconds.push(await firstStart());
  yield { name: 'belay-up-ready seconds, empty data folder', value: median(seconds), goal: 3, atMost: true };
}

async function firstStart(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-up-'));
  const started = performance.now();
  const child = spawn(process.execPath, [CLI, 'up', '--port', '0', '--data-dir', folder]);
  try {
    await line(child, /^Ready in/m);
    return (performance.now() - started) / 1_000;
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves when the output matches, whichever stream it comes on. */
export async function line(child: ChildProcess, pattern: RegExp, timeoutMs = 30_000): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk) => (text += chunk));
  child.stderr?.on('data', (chunk) => (text += chunk));
  const deadline = performance.now() + timeoutMs;
  while (!pattern.test(text)) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`never printed ${pattern}: ${text}`);
    await systemClock.sleep(10);
  }
  return text;
}

export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
