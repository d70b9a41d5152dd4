const STEPS = [
  { unit: 'd', seconds: 86_400 },
  { unit: 'h', seconds: 3_600 },
  { unit: 'm', seconds: 60 },
  { unit: 's', seconds: 1 },
] as const;

/** `4m ago`, `in 2h`, `now`: what somebody at three in the morning can take in. */
export function relativeTime(time: Date, now: Date): string {
  const seconds = Math.round(Math.abs(time.getTime() - now.getTime()) / 1_000);
  if (seconds === 0) return 'now';
  // The larger unit takes over at twice its size: 90 s say more than 1 m.
  const step = STEPS.find((candidate) => seconds >= 2 * candidate.seconds) ?? { unit: 's', seconds: 1 };
  const text = `${Math.floor(seconds / step.seconds)}${step.unit}`;
  return time > now ? `in ${text}` : `${text} ago`;
}
