import type { Problem } from '../problem.ts';
import type { Runbook } from '../runbook.ts';
import type { Path } from '../yaml-reader.ts';

/** Something that loads and should not be run. */
export interface Finding {
  /** As the file spells it, from its root on. */
  readonly path: Path;
  readonly code: string;
  readonly severity: Problem['severity'];
  /** What, why and what next, in one line. */
  readonly message: string;
}

/** Looks at one runbook, beside those that it has to get on with. */
export type LintRule = (runbook: Runbook, context: LintContext) => readonly Finding[];

export interface LintContext {
  readonly byName: ReadonlyMap<string, Runbook>;
  readonly now: Date | undefined;
}

export const error = (path: Path, code: string, message: string): Finding => {
  return { path: ['spec', ...path], code, severity: 'error', message };
};
export const warning = (path: Path, code: string, message: string): Finding => {
  return { path: ['spec', ...path], code, severity: 'warning', message };
};
