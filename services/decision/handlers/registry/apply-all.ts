import type { LoadResult } from '#lib/runbook/load-runbook.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { applyContent } from '../../domain/registry/apply-content.ts';
import type { Chooser, Version } from '../../domain/registry/entry.ts';
import type { ChangedEntry, RegistryView } from '../../ports.ts';

export interface Applied {
  readonly runbook: Runbook;
  /** The one with this content, new or known. */
  readonly version: Version;
  readonly changed: ChangedEntry;
}

/** Every runbook that was loaded. No two have the same name: the loader has refused that. */
export function applyAll(
  view: RegistryView,
  { runbooks, sources }: LoadResult,
  by: Chooser,
): readonly Applied[] {
  return runbooks.flatMap((runbook) => {
    const before = view.entry(runbook.name);
    const { entry, changes } = applyContent(before, runbook.digest, by);
    const version = entry.versions.find(({ digest }) => digest === runbook.digest);
    const isNew = changes.some(({ type }) => type === 'applied');
    const texts = isNew ? [[runbook.digest, sources.get(runbook)?.() ?? ''] as const] : [];
    const changed = { before, entry, changes, sources: new Map(texts) };
    return version ? [{ runbook, version, changed }] : [];
  });
}
