import { join } from 'node:path';
import { readPrivateFile } from '#lib/identity/private-file.ts';

export const localTokenPath = (dataDir: string): string => join(dataDir, 'token');

/** The token that `belay up` has made. Refuses a file that others can read. */
export function readLocalToken(dataDir: string): string {
  return readPrivateFile(localTokenPath(dataDir), 'the local token').trim();
}
