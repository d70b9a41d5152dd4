import { readFileSync, realpathSync, statSync } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from './problem.ts';

export interface RunbookFiles {
  readonly files: readonly RunbookText[];
  readonly problems: readonly Problem[];
  /** Folders with no runbook file below them. */
  readonly emptyFolders: readonly string[];
}

export interface RunbookText {
  readonly file: string;
  readonly text: string;
}

/** The text of each runbook file below the paths, each once and in the order of their names. */
export async function listRunbookFiles(paths: readonly string[]): Promise<RunbookFiles> {
  const files = new Map<string, RunbookText>();
  const problems: Problem[] = [];
  const emptyFolders: string[] = [];
  for (const path of paths) {
    const found = await filesAt(path, problems);
    if (found?.length === 0) emptyFolders.push(path);
    for (const file of found ?? []) readInto(files, file, problems);
  }
  return { files: [...files.values()], problems, emptyFolders };
}

/** Of a file itself. Undefined where the path cannot be read. */
async function filesAt(path: string, problems: Problem[]): Promise<readonly string[] | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names: string[] = [];
    for await (const name of glob('**/*.{yaml,yml}', { cwd: path })) {
      if (!/\.test\.ya?ml$/.test(name) && !(await isFolder(join(path, name)))) names.push(name);
    }
    return names.toSorted().map((name) => join(path, name));
  } catch (error) {
    problems.push(unreadable(path, error));
    return undefined;
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * A config map mounts each file under two names: by its shorter one it is the author's. Small files, read before
 * anything else runs: waiting for each of them takes longer than reading it.
 */
function readInto(files: Map<string, RunbookText>, file: string, problems: Problem[]): void {
  try {
    // A pipe would never end, and a device is no text that was reviewed.
    if (!statSync(file).isFile()) {
      problems.push(
        problemOf(file, 'not_a_file', 'is a pipe, a socket or a device, give a file or a folder'),
      );
      return;
    }
    const identity = realpathSync(file);
    const known = files.get(identity);
    if (!known) files.set(identity, { file, text: readFileSync(file, 'utf8') });
    else if (file.length < known.file.length) files.set(identity, { ...known, file });
  } catch (error) {
    problems.push(unreadable(file, error));
  }
}

function unreadable(file: string, error: unknown): Problem {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
  return problemOf(file, 'unreadable', `cannot be read (${code}), check the path and its permissions`);
}

function problemOf(file: string, code: string, message: string): Problem {
  return { file, line: 1, column: 1, path: '', code, severity: 'error', message };
}
