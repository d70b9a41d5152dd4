import { bad, good, type Outcome } from './check.ts';

/** Guardrail scripts refuse a clock that is 5 s off; long before that, histories contradict each other. */
const LIMIT_MS = 1_000;

interface Span {
  readonly from: Date;
  readonly to: Date;
}

/**
 * Compares the time that somebody else gave with the time here, each known to lie within a span: ours
 * between question and answer, theirs as wide as its unit. Only what cannot be explained by that counts.
 */
export function clockOutcome(theirs: Span, ours: Span): Outcome {
  const aheadMs = theirs.from.getTime() - ours.to.getTime();
  const behindMs = ours.from.getTime() - theirs.to.getTime();
  if (Math.max(aheadMs, behindMs) <= LIMIT_MS) return good('agrees with this machine to the second');
  const detail = `${seconds(Math.max(aheadMs, behindMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`;
  return bad(detail, 'let both follow the same time servers: timedatectl set-ntp true');
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
