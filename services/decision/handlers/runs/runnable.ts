import { BelayError } from '#lib/errors.ts';
import { type ActiveRunbook, activeRunbook } from '../../domain/registry/active-runbook.ts';
import type { RunbookRegistry, VersionRecord } from '../../ports.ts';
import { unknownVersion } from '../registry/refusal-error.ts';
import { nameOf, readable, type ReadVersionOf } from '../registry/version-reader.ts';

export interface Wanted {
  readonly name: string;
  /** 0: the active one. */
  readonly version: number;
  readonly dryRun: boolean;
}

/** The version that is to run. Throws where it may not. */
export async function findRunnable(
  wanted: Wanted,
  registry: Pick<RunbookRegistry, 'versions'>,
  read: ReadVersionOf,
): Promise<ActiveRunbook> {
  const { name, version } = wanted;
  const versions = await registry.versions(name);
  if (versions.length === 0) throw unknownVersion(name, undefined);
  const found = versions.find((record) =>
    version === 0 ? record.status === 'active' : record.version === version,
  );
  if (!found) throw version === 0 ? noneActive(name, versions) : unknownVersion(name, version);
  if (found.status !== 'active') refuseIdle(found, wanted);
  const runbook = readable(found, read);
  return activeRunbook(runbook, { ...found, mode: found.mode ?? runbook.decisionMode });
}

function noneActive(name: string, versions: readonly VersionRecord[]): BelayError {
  const newest = versions.find(({ status }) => status !== 'archived');
  return new BelayError('conflict', `not run: no version of ${name} is active`, {
    code: 'NONE_ACTIVE',
    why: 'only what somebody has activated runs',
    next: newest
      ? `belay runbook activate ${nameOf(newest)}, or run ${nameOf(newest)} with --dry-run`
      : `belay runbook history ${name}`,
  });
}

function refuseIdle({ name, version, status }: VersionRecord, { dryRun }: Wanted): void {
  if (dryRun && status !== 'archived') return;
  throw new BelayError('conflict', `not run: ${name}@${version} is ${status}`, {
    code: 'VERSION_NOT_ACTIVE',
    why: status === 'archived' ? 'what was put away does not run' : 'what is not active runs dry only',
    next: status === 'archived' ? `belay runbook history ${name}` : 'run it with --dry-run, or activate it',
  });
}
