import { activeOf, type Chooser, type Entry, type Transition, type Version, versionOf } from './entry.ts';

/** The version, or the active one: it is not meant to run any more. One that is put away is left there. */
export function deprecate(entry: Entry, wanted: number | undefined, by: Chooser): Transition {
  const number = wanted ?? activeOf(entry)?.version;
  if (number === undefined) return { ok: false, refusal: { code: 'none_active' } };
  const found = versionOf(entry, number);
  if (!found) return { ok: false, refusal: { code: 'unknown_version' } };
  if (found.status === 'archived')
    return { ok: false, refusal: { code: 'archived', version: found.version } };
  return retired(entry, [found], 'deprecated', by);
}

/** The version, or all of them: put away. What is active has to be deprecated first, so that nobody stops it unseen. */
export function archive(entry: Entry, wanted: number | undefined, by: Chooser): Transition {
  const found =
    wanted === undefined ? entry.versions : entry.versions.filter(({ version }) => version === wanted);
  if (found.length === 0) return { ok: false, refusal: { code: 'unknown_version' } };
  const active = found.find(({ status }) => status === 'active');
  if (active) return { ok: false, refusal: { code: 'still_active', version: active.version } };
  return retired(entry, found, 'archived', by);
}

function retired(
  entry: Entry,
  found: readonly Version[],
  status: 'deprecated' | 'archived',
  by: Chooser,
): Transition {
  const moved = found.filter((version) => version.status !== status);
  if (moved.length === 0) return { ok: true, entry, changes: [] };
  const versions = entry.versions.map((version) =>
    moved.includes(version) ? { ...version, status } : version,
  );
  const wasActive = moved.some((version) => version.status === 'active');
  return {
    ok: true,
    entry: { ...entry, versions, mode: wasActive ? undefined : entry.mode, chosenBy: by },
    changes: moved.map(({ version, digest }) => ({ version, digest, type: status })),
  };
}
