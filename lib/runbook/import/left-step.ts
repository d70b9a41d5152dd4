import type { Path } from '../yaml-reader.ts';
import type { Draft, DraftStep } from './draft.ts';

/**
 * A step that no action of the catalogue carries stays in its place without one: its file does not load, so a
 * runbook that lacks a step is never run by accident, and the reviewer finds the gap where it is.
 */
export function leaveStep(
  draft: Draft,
  step: DraftStep,
  { path, value, why }: { readonly path: Path; readonly value: unknown; readonly why: string },
): void {
  draft.notes.warn(
    path,
    'step_left',
    `${why}, so the step has no action and the file does not load, give it one or remove it`,
  );
  draft.addStep({ ...step, 'x-imported': shallow(value) }, path);
}

/** The loader reads so many levels and no more. */
export function shallow(value: unknown, levels = 8): unknown {
  return levelsOf(value) > levels ? JSON.stringify(value) : value;
}

function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(levelsOf));
}
