import { askedFor, check, type NamedChecks } from './live-check.ts';
import type { Limits, LiveCheck } from './observation.ts';
import type { Revision } from './target-state.ts';
import {
  checkWorkload,
  downInRollout,
  replacesPods,
  shareOfReplicas,
  type WorkloadScene,
  workloadChecks,
} from './workload-checks.ts';

export interface UndoScene extends WorkloadScene {
  /** What the order names. Undefined: the one before the current. */
  readonly wanted: number | undefined;
  /** What there is to go back to. */
  readonly target: Revision | undefined;
}

/** The revision that is meant. The current one is none to go back to. */
export function revisionToGoBackTo(
  revisions: readonly Revision[],
  current: number,
  wanted: number | undefined,
): Revision | undefined {
  if (current === 0) return undefined;
  if (wanted !== undefined) return revisions.find(({ number }) => number === wanted && number !== current);
  const older = revisions.filter(({ number }) => number < current);
  return older.toSorted((a, b) => b.number - a.number)[0];
}

/** Whether this workload may go back now. A rollout that is under way may be the one to take back. */
export function checkUndo(scene: UndoScene, limits: Limits): LiveCheck[] {
  const { workload } = scene;
  return [
    ...checkWorkload(scene, limits),
    revisionThere(scene),
    shareOfReplicas(workload, downInRollout(workload), limits),
    replacesPods(scene),
    ...askedFor(scene, limits, undoChecks),
  ];
}

function revisionThere({ workload, wanted, target }: UndoScene): LiveCheck {
  const current = workload?.revision ?? 0;
  const limit = wanted === undefined ? 'one before the current' : `${wanted}, which is not the current`;
  if (target) return check('revision', true, `${current} -> ${target.number}`, limit, '');
  if (current === 0)
    return check('revision', false, 'not numbered', limit, 'its newest template has no revision number yet');
  const reason = wanted === undefined ? `there is no revision before ${current}` : missing(wanted, current);
  return check('revision', false, `${current}`, limit, reason);
}

const missing = (wanted: number, current: number): string =>
  wanted === current ? `revision ${wanted} is the current one` : `there is no revision ${wanted} any more`;

const undoChecks: NamedChecks<UndoScene> = { ...workloadChecks, previous_revision_available: revisionThere };

export const undoPreChecks: readonly string[] = Object.keys(undoChecks);

/** "1.8.2 -> 1.8.1" behind one name where the image is the same otherwise. */
export function imagesChanged(from: Revision['images'], to: Revision['images']): string {
  const containers = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const changed = containers.filter((name) => from[name] !== to[name]);
  if (changed.length === 0) return 'the same images';
  const texts = changed.map((name) => oneImage(from[name] ?? 'none', to[name] ?? 'none'));
  return `image ${texts.join(', ')}`;
}

function oneImage(from: string, to: string): string {
  const [, repository = '', tag = ''] = /^([^@]+):([^:/@]+)$/.exec(to) ?? [];
  return tag !== '' && from.startsWith(`${repository}:`) ? `${from} -> ${tag}` : `${from} -> ${to}`;
}
