import { lintRunbooks } from '#lib/runbook/lint-runbooks.ts';
import type { Problem } from '#lib/runbook/problem.ts';
import type { StoredVersion } from '../../ports.ts';
import type { ReadVersionOf } from './version-reader.ts';

/**
 * What the linter would call an error once these are active, and does not yet. What was wrong before is no reason
 * against an activation that has nothing to do with it.
 */
export function newConflicts(
  active: readonly StoredVersion[],
  joining: readonly StoredVersion[],
  read: ReadVersionOf,
): readonly Problem[] {
  const staying = active.filter(({ name }) => joining.every((other) => other.name !== name));
  const before = new Set(errorsOf(active, read).map(keyOf));
  return errorsOf([...staying, ...joining], read).filter((problem) => !before.has(keyOf(problem)));
}

function errorsOf(versions: readonly StoredVersion[], read: ReadVersionOf): readonly Problem[] {
  const loaded = versions.map((version) => read(version).loaded);
  const places = new Map(loaded.flatMap((result) => [...result.places]));
  const problems = lintRunbooks([...places.keys()], { places });
  return problems.filter(({ severity }) => severity === 'error');
}

const keyOf = ({ file, path, code, message }: Problem): string => JSON.stringify([file, path, code, message]);
