import type { Clock } from '#lib/clock.ts';

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

const REMEMBERED = 10_000;

/** For each caller, as many requests as it gets in a second, at once or spread. False: not now. */
export function rateLimiter(perSecond: number, clock: Clock): (caller: string) => boolean {
  const buckets = new Map<string, Bucket>();
  const tokensOf = ({ tokens, atMs }: Bucket, nowMs: number) =>
    Math.min(perSecond, tokens + ((nowMs - atMs) / 1_000) * perSecond);
  return (caller) => {
    const nowMs = clock.monotonicMs();
    const tokens = tokensOf(buckets.get(caller) ?? { tokens: perSecond, atMs: nowMs }, nowMs);
    if (tokens < 1) return false;
    buckets.set(caller, { tokens: tokens - 1, atMs: nowMs });
    // A full bucket says no more than none at all.
    if (buckets.size > REMEMBERED)
      for (const [name, bucket] of buckets) if (tokensOf(bucket, nowMs) >= perSecond) buckets.delete(name);
    return true;
  };
}
