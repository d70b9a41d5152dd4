import type { Chooser, Entry, Transition, Version } from './entry.ts';

/**
 * The same content is the same version, whenever it comes. A command brings an archived one back as a draft; a
 * start leaves it where somebody has put it.
 */
export function applyContent(entry: Entry, digest: string, by: Chooser): Transition & { readonly ok: true } {
  const known = entry.versions.find((version) => version.digest === digest);
  if (!known) {
    const added: Version = { version: entry.versions.length + 1, digest, status: 'draft' };
    const versions = [...entry.versions, added];
    return {
      ok: true,
      entry: { ...entry, versions },
      changes: [{ version: added.version, digest, type: 'applied' }],
    };
  }
  if (known.status !== 'archived' || by === 'start') return { ok: true, entry, changes: [] };
  const versions = entry.versions.map(
    (version): Version => (version === known ? { ...version, status: 'draft' } : version),
  );
  return {
    ok: true,
    entry: { ...entry, versions, chosenBy: by },
    changes: [{ version: known.version, digest, type: 'restored' }],
  };
}
