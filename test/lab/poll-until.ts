import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  /** One attempt may take this long before its signal aborts. */
  readonly attemptMs?: number;
  /** A reason to stop waiting early, asked before each attempt. */
  readonly giveUp?: () => string | undefined;
}

/** Tries until `attempt` resolves; after the deadline throws with what the last attempt said. */
export async function pollUntil<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, everyMs = 25, attemptMs = 5_000, giveUp }: PollOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const reason = giveUp?.();
    if (reason !== undefined) throw new Error(reason);
    try {
      return await attempt(AbortSignal.timeout(attemptMs));
    } catch (error) {
      if (performance.now() > deadline) {
        throw new Error(`not within ${timeoutMs} ms: ${String(error)}`, { cause: error });
      }
    }
    await sleep(everyMs);
  }
}
