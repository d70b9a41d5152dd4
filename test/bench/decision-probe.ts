import { existsSync, rmSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Loaded into the measured process ahead of its own code. Answers over a socket: `memory`, in bytes after a
 * collection of garbage; `profile`, what the processor did since the last `profile`.
 */
const path = process.env['BENCH_PROBE'] ?? '';
const session = new Session();
let isProfiling = false;

const answers: Readonly<Record<string, () => Promise<string>>> = { memory, profile };

async function memory(): Promise<string> {
  globalThis.gc?.();
  // What a finalizer held goes with the second.
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
  return String(process.memoryUsage.rss());
}

async function profile(): Promise<string> {
  if (isProfiling) {
    isProfiling = false;
    return JSON.stringify((await session.post('Profiler.stop')).profile);
  }
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  isProfiling = true;
  return '';
}

const server = createServer({ allowHalfOpen: true }, (socket) => {
  const answer = async () => socket.end((await answers[await text(socket)]?.()) ?? 'unknown');
  answer().catch((error: unknown) => socket.destroy(error as Error));
});
if (existsSync(path)) rmSync(path);
server.listen(path).unref();
