import type { Clock } from '#lib/clock.ts';
import type { Logger } from '#lib/logger.ts';
import type { LoadResult } from '#lib/runbook/load-runbook.ts';
import { formatProblem, type Problem } from '#lib/runbook/problem.ts';
import { activate } from '../../domain/registry/activate.ts';
import { mayStartActivate } from '../../domain/registry/choose-at-start.ts';
import { activeOf } from '../../domain/registry/entry.ts';
import type { ChangedEntry, Origin, RunbookRegistry, StoredVersion } from '../../ports.ts';
import { type Applied, applyAll } from './apply-all.ts';
import { newConflicts } from './new-conflicts.ts';
import { registryEvents } from './registry-events.ts';
import { nameOf, type ReadVersionOf } from './version-reader.ts';

export interface ApplyAtStartOptions {
  readonly registry: RunbookRegistry;
  readonly read: ReadVersionOf;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onStart: 'draft' | 'activate';
}

/**
 * The files that the service starts with, applied; and active in their own mode where it is told to and nobody
 * has chosen otherwise since. Of instances that start at once one does it, and the others find it done. A
 * file that is gone changes nothing.
 */
export async function applyAtStart(loaded: LoadResult, options: ApplyAtStartOptions): Promise<void> {
  const { registry, clock, logger, onStart } = options;
  const who = { kind: 'engine', name: 'decision' } as const;
  const origin: Origin = { who, reason: 'it was in the files at the start', at: clock.now() };
  const { changed, problems } = await registry.change(origin, (view) => {
    const applied = applyAll(view, loaded, 'start');
    const joining = onStart === 'activate' ? applied.filter(mayJoin) : [];
    const problems = newConflicts(view.active, joining.map(storedOf(loaded)), options.read);
    const active = problems.length === 0 ? new Set(joining) : new Set<Applied>();
    const all = applied.map((one) => (active.has(one) ? activated(one) : one.changed));
    const changed = all.filter(({ changes }) => changes.length > 0);
    const events = registryEvents(changed, { ...origin, at: view.at });
    return { answer: { changed, problems }, changed, events };
  });
  report(changed, problems, logger);
}

const mayJoin = ({ changed, version }: Applied): boolean => mayStartActivate(changed.entry, version.version);

const storedOf =
  ({ sources }: LoadResult) =>
  ({ runbook, version }: Applied): StoredVersion => ({
    name: runbook.name,
    version: version.version,
    digest: version.digest,
    source: sources.get(runbook)?.() ?? '',
  });

function activated({ runbook, version, changed }: Applied): ChangedEntry {
  const { decisionMode: mode } = runbook;
  const seen = activeOf(changed.entry);
  const next = activate(changed.entry, { version: version.version, mode, asksFor: mode, seen }, 'start');
  if (!next.ok) return changed;
  return { ...changed, entry: next.entry, changes: [...changed.changes, ...next.changes] };
}

function report(changed: readonly ChangedEntry[], problems: readonly Problem[], logger: Logger): void {
  for (const problem of problems)
    logger.warn(
      { code: problem.code },
      `the runbooks of the files stay drafts: beside what is active, ${formatProblem(problem)}`,
    );
  const said = changed.flatMap(({ entry: { name }, changes }) =>
    changes.map(({ version, type }) => `${nameOf({ name, version })} ${type}`),
  );
  if (said.length > 0) logger.info({ changes: said }, 'runbooks registered from the files');
}
