import type { DecisionMode, Runbook } from '#lib/runbook/runbook.ts';
import { boundedBy, isFreerThan } from '../../services/decision/domain/registry/modes.ts';

export interface ActiveMode {
  readonly name: string;
  readonly mode: DecisionMode;
}

/** One that asks for more than it may. */
export interface Bounded extends ActiveMode {
  readonly asksFor: DecisionMode;
}

/** Another text of a runbook may do what the active one may: nobody has chosen otherwise. */
export function boundAll(
  runbooks: readonly Runbook[],
  active: readonly ActiveMode[],
): { readonly runbooks: readonly Runbook[]; readonly bounded: readonly Bounded[] } {
  const modes = new Map(active.map(({ name, mode }) => [name, mode]));
  const bounded = runbooks.flatMap(({ name, decisionMode: asksFor }) => {
    const mode = modes.get(name);
    return mode && isFreerThan(asksFor, mode) ? { name, mode, asksFor } : [];
  });
  return {
    runbooks: runbooks.map((runbook) => {
      const { decisionMode: asksFor } = runbook;
      return {
        ...runbook,
        asksFor,
        decisionMode: boundedBy(asksFor, modes.get(runbook.name) ?? asksFor),
      };
    }),
    bounded,
  };
}
