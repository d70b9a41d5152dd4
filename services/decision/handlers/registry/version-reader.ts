import { BelayError } from '#lib/errors.ts';
import { loadRunbook, type LoadResult } from '#lib/runbook/load-runbook.ts';
import { formatProblem } from '#lib/runbook/problem.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { type ActiveRunbook, activeRunbook } from '../../domain/registry/active-runbook.ts';
import type { ActiveVersion, StoredVersion } from '../../ports.ts';

/** A version as this version of Belay reads it. */
export interface ReadVersion {
  /** Undefined where it does not load: it was applied by a version that knew another format. */
  readonly runbook: Runbook | undefined;
  readonly loaded: LoadResult;
}

export type ReadVersionOf = (stored: StoredVersion) => ReadVersion;

/** Reads each version once: neither its text nor what it means ever changes. */
export function versionReader(): ReadVersionOf {
  const known = new Map<string, ReadVersion>();
  return (stored) => {
    // Not by the number alone: one that was given in a transaction that failed is given again, to another text.
    const key = `${nameOf(stored)} ${stored.digest}`;
    const found = known.get(key);
    if (found) return found;
    const loaded = loadRunbook(stored.source, nameOf(stored));
    const read = { runbook: loaded.runbooks[0], loaded };
    known.set(key, read);
    return read;
  };
}

export const nameOf = ({ name, version }: Pick<StoredVersion, 'name' | 'version'>): string =>
  `${name}@${version}`;

/** All of them or none: an engine that runs with half of its runbooks is not the one that was reviewed. */
export function toActiveRunbooks(
  versions: readonly ActiveVersion[],
  read: ReadVersionOf,
): readonly ActiveRunbook[] {
  return versions.map((version) => activeRunbook(readable(version, read), version));
}

/** Throws `conflict` where it does not load. */
export function readable(stored: StoredVersion, read: ReadVersionOf): Runbook {
  const { runbook, loaded } = read(stored);
  if (runbook) return runbook;
  throw new BelayError('conflict', `${nameOf(stored)} does not load in this version of Belay`, {
    code: 'RUNBOOK_UNREADABLE',
    why: loaded.problems.map(formatProblem).join('\n'),
    next: 'apply a text that loads and activate that, by the version of Belay that could read this one',
  });
}
