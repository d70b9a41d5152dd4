/** Polls until the check stops throwing, and fails with its last error. Tests wait for facts, never for time. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 10_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A promise and the way to settle it. */
export const deferred = <T = void>() => Promise.withResolvers<T>();
