import type { About, SlotWants } from './slot-wants.ts';

/** The names that a store counts under. Both stores use the same ones. */
export interface ScopeKeys {
  readonly runbook: string;
  /** Runbook, target, namespace, service: rate and cooldown. */
  readonly run: string;
  /** Runbook and resource: attempts. */
  readonly attempts: string;
  readonly workload: string;
  readonly running: RunningKeys;
  readonly budget: BudgetKeys;
}

export interface BudgetKeys {
  readonly global: string;
  readonly target: string;
}

export interface RunningKeys {
  readonly run: string;
  readonly runbook: string;
  readonly global: string;
  readonly target: string;
  readonly namespace: string;
  readonly service: string;
}

export const EVERYTHING = 'global';
/** A breaker is one for each runbook, everywhere. */
export const breakerKey = (runbook: string): string => keyOf(runbook);

export function scopeKeys({
  runbook,
  target,
  namespace,
  service,
  resource,
  workload,
}: Omit<SlotWants, 'limits'>): ScopeKeys {
  const run = keyOf(runbook, target, namespace, service);
  return {
    runbook: breakerKey(runbook),
    run,
    attempts: keyOf(runbook, target, resource),
    workload,
    running: {
      run: `run:${run}`,
      runbook: `runbook:${keyOf(runbook)}`,
      global: EVERYTHING,
      target: `target:${keyOf(target)}`,
      namespace: `namespace:${keyOf(target, namespace)}`,
      service: `service:${serviceKey({ target, namespace, service })}`,
    },
    budget: { global: 'global', target: `target:${keyOf(target)}` },
  };
}

const OF_SOURCE = 'source:';

/** Storms are told by the source of an incident, and over all of them. */
export const stormKeys = ({ source }: Pick<About, 'source'>): Record<'source' | 'all', string> => ({
  source: `${OF_SOURCE}${keyOf(source)}`,
  all: 'all',
});

/** Of the name of a storm. Undefined: it is of all. */
export function stormSource(key: string): string | undefined {
  if (!key.startsWith(OF_SOURCE)) return undefined;
  return (JSON.parse(key.slice(OF_SOURCE.length)) as [source: string])[0];
}

export const serviceKey = ({ target, namespace, service }: Omit<About, 'source'>): string =>
  keyOf(target, namespace, service);

/** JSON, because names come from reports: no two lists of parts may have the same key, whatever is in them. */
const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);
