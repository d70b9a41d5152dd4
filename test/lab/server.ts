import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { guard } from './guard.ts';
import { logTail } from './log-tail.ts';
import { pollUntil } from './poll-until.ts';
import { isAlive, signalTree } from './process-tree.ts';
import type { Workspace } from './workspace.ts';

export interface LabServer {
  readonly name: string;
  /** What a client connects to. */
  readonly endpoint: string;
  readonly logFile: string;
  /** SIGKILL unless told otherwise; resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  pause(): void;
  resume(): void;
  /** After a kill or while running: same port, same data; resolves when it serves again. */
  restart(): Promise<void>;
  /** Graceful, with SIGKILL after a limit; removes the data. Can be called twice. */
  stop(): Promise<void>;
}

export interface ServerSpec {
  readonly name: string;
  readonly endpoint: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly workspace: Workspace;
  /** Throws (or rejects) as long as the server does not serve. */
  readonly ready: (signal: AbortSignal) => Promise<unknown>;
  readonly readyTimeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly stopSignal?: NodeJS.Signals;
  readonly stopTimeoutMs?: number;
}

const readyTimeoutDefaultMs = 60_000;
const stopTimeoutDefaultMs = 5_000;
const killTimeoutMs = 30_000;

/** Starts one server process and resolves when it serves. */
export async function startServer(spec: ServerSpec): Promise<LabServer> {
  const server = new ProcessServer(spec);
  try {
    await server.start();
  } catch (error) {
    spec.workspace.remove({ keepLog: true });
    throw error;
  }
  return server;
}

class ProcessServer implements LabServer {
  readonly name: string;
  readonly endpoint: string;
  readonly logFile: string;
  readonly #spec: ServerSpec;
  #child: ChildProcess | undefined;

  constructor(spec: ServerSpec) {
    this.#spec = spec;
    this.name = spec.name;
    this.endpoint = spec.endpoint;
    this.logFile = spec.workspace.logFile;
  }

  async start(): Promise<void> {
    const child = launch(this.#spec);
    this.#child = child;
    try {
      await pollUntil(this.#spec.ready, {
        timeoutMs: this.#spec.readyTimeoutMs ?? readyTimeoutDefaultMs,
        giveUp: () => (isRunning(child) ? undefined : `it ended with ${child.exitCode ?? child.signalCode}`),
      });
    } catch (error) {
      await this.kill();
      throw new Error(`lab: ${this.name} did not start: ${messageOf(error)}\n${logTail(this.logFile)}`);
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#end(signal, killTimeoutMs);
  }

  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.#endGracefully();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#endGracefully();
    this.#spec.workspace.remove();
  }

  async #endGracefully(): Promise<void> {
    this.resume();
    try {
      await this.#end(this.#spec.stopSignal ?? 'SIGTERM', this.#spec.stopTimeoutMs ?? stopTimeoutDefaultMs);
    } catch {
      await this.kill();
    }
  }

  async #end(signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || !isRunning(child)) return;
    child.ref();
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(timeoutMs) });
    const pids = signalTree(child.pid, signal);
    await exited;
    // Workers of the server (Postgres has some) may outlive it for a moment and still hold its data.
    await pollUntil(async () => assertGone(pids), { timeoutMs });
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child?.pid !== undefined && isRunning(this.#child)) signalTree(this.#child.pid, signal);
  }
}

function launch(spec: ServerSpec): ChildProcess {
  const log = openSync(spec.workspace.logFile, 'a');
  const watch = guard();
  // The shell tells the watchdog its pid before it becomes the server: there is no moment in which
  // the server runs and the watchdog does not know.
  const register = 'echo "pid $$" >&3; exec 3>&-; exec "$0" "$@"';
  const child = spawn('/bin/sh', ['-c', register, spec.command, ...spec.args], {
    cwd: spec.workspace.folder,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', log, log, watch.pipe],
    detached: true,
    ...spec.user,
  });
  closeSync(log);
  child.once('exit', () => watch.forget(child.pid));
  // A test that ends without stop() must not hang: the watchdog ends the server.
  child.unref();
  return child;
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null && child.pid !== undefined;
}

function assertGone(pids: readonly number[]): void {
  const left = pids.filter(isAlive);
  if (left.length > 0) throw new Error(`still running: ${left.join(', ')}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
