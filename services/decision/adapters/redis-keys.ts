import { breakerKey, EVERYTHING, scopeKeys, stormKeys } from '../domain/guardrails/scope-keys.ts';
import type { About, SlotWants } from '../domain/guardrails/slot-wants.ts';

export interface GuardrailKeys {
  readonly tag: string;
  /** Names the Redis process that the store was rebuilt in. */
  readonly ready: string;
  readonly rebuilding: string;
  /** The decisions whose slots count against the limits. */
  readonly open: string;
  slot(decisionId: string): string;
  breaker(runbook: string): string;
  /** What was taken last. */
  readonly recent: string;
  /** What a slot is counted under, in the order in which the scripts take it. Nothing wanted, nothing named. */
  scopes(wants: SlotWants | undefined): readonly string[];
  /** What storms are told by, in the order in which the scripts take it. */
  storms(about: About | undefined): readonly string[];
}

/** What a script works under: the marker of a rebuilt store, or the lease of whoever rebuilds it. */
export interface Under {
  readonly marker: string;
  /** What the marker must say. Empty: anything. */
  readonly value: string;
}

const RECENT = 'recent';

export function guardrailKeys(prefix: string): GuardrailKeys {
  const tag = `{${prefix}:guardrails}`;
  return {
    tag,
    ready: `${tag}:ready`,
    rebuilding: `${tag}:rebuilding`,
    open: `${tag}:running:${EVERYTHING}`,
    slot: (decisionId) => `${tag}:slot:${decisionId}`,
    recent: `${tag}:${RECENT}`,
    breaker: (runbook) => `${tag}:breaker:${breakerKey(runbook)}`,
    scopes: (wants) => (wants ? scopeNames(wants).map((name) => `${tag}:${name}`) : []),
    storms: (about) => (about ? stormNames(about).map((name) => `${tag}:${name}`) : []),
  };
}

function scopeNames(wants: SlotWants): string[] {
  const { runbook, run, attempts, workload, running, budget } = scopeKeys(wants);
  return [
    `breaker:${runbook}`,
    `executions:${run}`,
    `attempts:${attempts}`,
    `settled:${run}`,
    `lock:${workload}`,
    `running:${running.run}`,
    `running:${running.runbook}`,
    `running:${running.global}`,
    `running:${running.target}`,
    `running:${running.namespace}`,
    `running:${running.service}`,
    `budget:${budget.global}`,
    `budget:${budget.target}`,
    RECENT,
  ];
}

function stormNames(about: About): string[] {
  const { source, all } = stormKeys(about);
  return ['seen', 'asked', 'storm'].flatMap((what) => [`${what}:${source}`, `${what}:${all}`]);
}
