import type { Resolved, Settled, Watch } from './watch.ts';

export type Resolution =
  | { readonly type: 'resolved'; readonly resolved: Resolved }
  /** Somebody has said so before: it stands as it was said first. */
  | { readonly type: 'stands'; readonly resolved: Resolved }
  | { readonly type: 'refused'; readonly because: Refusal };

export type Refusal =
  | { readonly code: 'awaited' }
  | { readonly code: 'known'; readonly settled: Settled }
  | { readonly code: 'contradicted'; readonly resolved: Resolved };

/** A person's verdict on what nobody could tell. The first one stands; facts that come later change nothing. */
export function resolve({ settled, resolved }: Watch, verdict: Resolved): Resolution {
  if (!settled) return refused({ code: 'awaited' });
  if (settled.outcome !== 'unknown') return refused({ code: 'known', settled });
  if (!resolved) return { type: 'resolved', resolved: behind(settled, verdict) };
  if (resolved.outcome === verdict.outcome) return { type: 'stands', resolved };
  return refused({ code: 'contradicted', resolved });
}

const refused = (because: Refusal): Resolution => ({ type: 'refused', because });

/** The settlement has the time of the executor's clock, which may be ahead. Whoever replays both goes by time. */
function behind({ at }: Settled, verdict: Resolved): Resolved {
  return verdict.at > at ? verdict : { ...verdict, at: new Date(at.getTime() + 1) };
}
