/** One thing that is wrong with a runbook file, at the place where its author can mend it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** As the file spells it: spec.guardrails.cooldownMinutes. Empty for the file itself. */
  readonly path: string;
  /** Stable: unknown_field, equal_matches, ... */
  readonly code: string;
  /** A warning leaves the runbook usable. */
  readonly severity: 'error' | 'warning';
  /** What, why and what next, in one line. */
  readonly message: string;
}

/** `file:line:col path: what, why, next`, the form that editors and CI make a link of. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, path, severity, message } = problem;
  const subject = path === '' ? '' : `${path}: `;
  return `${file}:${line}:${column} ${subject}${severity === 'warning' ? 'warning: ' : ''}${message}`;
}

/** In the order of reading, whatever found them first. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) =>
      compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
