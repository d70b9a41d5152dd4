import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';

const CLI = new URL('../../cli/launch.js', import.meta.url).pathname;

/** A process of its own, killed with the test at the latest. */
export interface BelayProcess {
  readonly pid: number;
  readonly output: () => string;
  /** Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  pause(): void;
  resume(): void;
  readonly exited: Promise<number | null>;
}

/** `belay ...` */
export const spawnBelay = (args: readonly string[], env: NodeJS.ProcessEnv = {}): BelayProcess =>
  spawnNode([CLI, ...args], env);

/** `node ...` */
export function spawnNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): BelayProcess {
  const child: ChildProcess = spawn(process.execPath, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + String(chunk)).slice(-20_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await exited;
    },
  };
}

/** Until it says that it is ready. Fails with its last words. */
export async function untilReady(opsPort: number, running: BelayProcess, timeoutMs = 180_000): Promise<void> {
  let ended = false;
  void running.exited.then(() => {
    ended = true;
  });
  await eventually(async () => {
    if (ended) return;
    const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`);
    if (!response.ok) throw new Error(`not ready: ${await response.text()}\n${running.output()}`);
  }, timeoutMs);
  if (ended) throw new Error(`it ended: ${running.output()}`);
}
