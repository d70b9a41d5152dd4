import { tryLock } from '../machine-lock.ts';
import { pollUntil } from '../poll-until.ts';

const patienceMs = 60 * 60_000;

/** Runs when nobody else on this machine is at the same work. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const lock = await pollUntil(() => takeLock(name), { timeoutMs: patienceMs, everyMs: 200 });
  try {
    return await work();
  } finally {
    lock.close();
  }
}

async function takeLock(name: string) {
  const lock = await tryLock(name);
  if (lock === undefined) throw new Error(`somebody else is at ${name}`);
  return lock;
}
