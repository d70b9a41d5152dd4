import { activeOf, type Entry, versionOf } from './entry.ts';

/**
 * Whether a start may activate a version of its files. What a start has activated the next one may renew. Once
 * somebody has chosen by a command, only commands choose: another version, a lower mode, or none at all is not
 * overturned by a restart.
 */
export function mayStartActivate(entry: Entry, version: number): boolean {
  if (entry.chosenBy === 'command' || activeOf(entry)?.version === version) return false;
  const status = versionOf(entry, version)?.status;
  return status !== undefined && status !== 'archived';
}
