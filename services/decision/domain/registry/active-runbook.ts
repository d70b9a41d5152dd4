import type { DecisionMode, Runbook } from '#lib/runbook/runbook.ts';
import type { ActiveMode } from './entry.ts';
import { boundedBy } from './modes.ts';

/**
 * A version that is active, as decisions are made with it: its `decisionMode` is the stricter of what it asks for
 * and what it may, its `digest` the registered one.
 */
export interface ActiveRunbook extends Runbook {
  readonly version: number;
  /** How freely it may act, whatever it asks for. */
  readonly mode: ActiveMode;
  readonly asksFor: DecisionMode;
}

export function activeRunbook(
  runbook: Runbook,
  { version, digest, mode }: { readonly version: number; readonly digest: string; readonly mode: ActiveMode },
): ActiveRunbook {
  const { decisionMode: asksFor } = runbook;
  return { ...runbook, digest, version, mode, asksFor, decisionMode: boundedBy(asksFor, mode) };
}

/** What it would do if it were not only observed. One that is not registered asks for what it does. */
export const asksForOf = ({
  asksFor,
  decisionMode,
}: Runbook & Partial<Pick<ActiveRunbook, 'asksFor'>>): DecisionMode => asksFor ?? decisionMode;
