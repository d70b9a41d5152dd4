import { breakerKey, scopeKeys, stormKeys } from '../domain/guardrails/scope-keys.ts';
import type { About, SlotWants } from '../domain/guardrails/slot-wants.ts';

export interface GuardrailKeys {
  readonly tag: string;
  /** Names the Redis process that the store was rebuilt in. */
  readonly ready: string;
  /** The same, of a store that is laid out as versions before this one did: it is empty to this one. */
  readonly readyBefore: string;
  readonly rebuilding: string;
  /** The decisions whose slots count against the limits. */
  readonly open: string;
  slot(decisionId: string): string;
  breaker(runbook: string): string;
  /** What was taken last. */
  readonly recent: string;
  /** What a slot is counted under, in the order in which the scripts take it. Nothing wanted, nothing named. */
  scopes(wants: SlotWants | undefined): readonly string[];
  /** The fields of held slots, in that order. */
  held(wants: SlotWants | undefined): readonly string[];
  /** The storms that began lately, by their keys. */
  readonly begun: string;
  /** What storms are told by, in the order in which the scripts take it. */
  storms(about: About | undefined): readonly string[];
  /** The name of a storm, of its key. */
  stormName(key: string): string;
  /** What one storm is told by, by its name, in the order in which the script that reads it takes it. */
  storm(name: string): readonly string[];
}

/** What a script works under: the marker of a rebuilt store, or the lease of whoever rebuilds it. */
export interface Under {
  readonly marker: string;
  /** What the marker must say. Empty: anything. */
  readonly value: string;
}

const [RECENT, OPEN, BEGUN] = ['recent', 'open', 'storms'];

export function guardrailKeys(prefix: string): GuardrailKeys {
  const tag = `{${prefix}:guardrails}`;
  return {
    tag,
    ready: `${tag}:ready:2`,
    readyBefore: `${tag}:ready`,
    rebuilding: `${tag}:rebuilding`,
    open: `${tag}:${OPEN}`,
    slot: (decisionId) => `${tag}:slot:${decisionId}`,
    recent: `${tag}:${RECENT}`,
    begun: `${tag}:${BEGUN}`,
    breaker: (runbook) => `${tag}:breaker:${breakerKey(runbook)}`,
    scopes: (wants) => (wants ? scopeNames(wants).map((name) => `${tag}:${name}`) : []),
    held: (wants) => (wants ? heldNames(wants) : []),
    storms: (about) => (about ? stormNames(about).map((name) => `${tag}:${name}`) : []),
    stormName: (key) => key.slice(`${tag}:storm:`.length),
    storm: (name) => STORM_PARTS.map((part) => `${tag}:${part}:${name}`),
  };
}

function scopeNames(wants: SlotWants): string[] {
  const { runbook, run, attempts, workload, budget } = scopeKeys(wants);
  return [
    `breaker:${runbook}`,
    `executions:${run}`,
    `attempts:${attempts}`,
    `settled:${run}`,
    `lock:${workload}`,
    'running',
    OPEN,
    `budget:${budget.global}`,
    `budget:${budget.target}`,
    RECENT,
  ];
}

function heldNames(wants: SlotWants): string[] {
  const { run, runbook, global, target, namespace, service } = scopeKeys(wants).running;
  return [run, runbook, global, target, namespace, service];
}

function stormNames(about: About): string[] {
  const { source, all } = stormKeys(about);
  return [...STORM_PARTS.flatMap((part) => [`${part}:${source}`, `${part}:${all}`]), BEGUN];
}

const STORM_PARTS = ['seen', 'asked', 'storm'];
