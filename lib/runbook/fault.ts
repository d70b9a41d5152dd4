import type { Path } from './yaml-reader.ts';

/** Something wrong with a part of a runbook, with the path from the part that was looked at. */
export interface Fault {
  readonly path: Path;
  readonly code: string;
  /** What, why and what next, in one line. */
  readonly message: string;
}

export const below = (path: Path, faults: readonly Fault[]): Fault[] =>
  faults.map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
