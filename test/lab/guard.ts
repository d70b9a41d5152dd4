import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/**
 * Whatever way this process ends, SIGKILL included, its servers must end too. A watchdog holds the other end
 * of a pipe; the pipe closes with this process, and the watchdog kills what was registered.
 */
export interface Guard {
  /** Servers get it as a file descriptor, to register themselves. */
  readonly pipe: Socket;
  forget(pid: number | undefined): void;
  removeAtEnd(folder: string): void;
  keep(folder: string): void;
}

let running: Guard | undefined;

/** One watchdog per process, started at the first need. */
export function guard(): Guard {
  running ??= startWatchdog();
  return running;
}

function startWatchdog(): Guard {
  const watchdog = spawn(process.execPath, [fileURLToPath(new URL('./watchdog.ts', import.meta.url))], {
    stdio: ['pipe', 'ignore', 'inherit'],
    // A session of its own: Ctrl+C in the terminal must not reach it.
    detached: true,
    // Options meant for the test process (a debugger's port, loaders) are not for the watchdog.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  watchdog.unref();
  // Node types it as any stream; it is the socket of a pipe, and must not keep this process from ending.
  const pipe = watchdog.stdin as Socket;
  pipe.unref();
  return {
    pipe,
    forget: (pid) => pipe.write(`forget ${pid}\n`),
    removeAtEnd: (folder) => pipe.write(`folder ${folder}\n`),
    keep: (folder) => pipe.write(`keep ${folder}\n`),
  };
}
