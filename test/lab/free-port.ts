import { once } from 'node:events';
import { createServer } from 'node:net';
import { tryLock } from './machine-lock.ts';

// Below the range that the kernel takes for outgoing connections: a killed server must find its port free
// when it restarts, and a client that retries against a closed port must not be able to connect to itself.
const first = 14_000;
const last = 32_000;

/** A TCP port of 127.0.0.1 that stays reserved among lab processes until this one ends. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first));
    const lock = await tryLock(`port ${port}`);
    if (lock === undefined) continue;
    if (await isFree(port)) return port;
    lock.close();
  }
}

export async function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen({ port, host: '127.0.0.1', exclusive: true });
  try {
    await once(probe, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}
