import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The first thing in a folder that this process may not change, and what the system says to it. */
export function findUnwritable(folder: string): string | undefined {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const found = entry.isDirectory() ? findUnwritable(path) : undefined;
      if (found !== undefined) return found;
      if (!entry.isDirectory()) accessSync(path, constants.R_OK | constants.W_OK);
    }
    return undefined;
  } catch (error) {
    const { code = 'unknown reason', path = folder } = error as NodeJS.ErrnoException;
    return `${path} (${code})`;
  }
}
