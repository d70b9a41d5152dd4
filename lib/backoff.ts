/** Doubling delays with a ceiling; the lower half is drawn, so that many waiters do not come back as one. */
export function backoffMs(attempt: number, firstMs = 50, ceilingMs = 5_000): number {
  const full = Math.min(ceilingMs, firstMs * 2 ** Math.min(attempt - 1, 20));
  return full / 2 + (Math.random() * full) / 2;
}
