import { readFileSync } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from './problem.ts';

export interface RunbookFiles {
  readonly files: readonly { readonly file: string; readonly text: string }[];
  readonly problems: readonly Problem[];
}

/** The text of each runbook file below the paths, each once and in the order of their names. */
export async function listRunbookFiles(paths: readonly string[]): Promise<RunbookFiles> {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  for (const path of paths) {
    try {
      // Small files, read before anything else runs: waiting for each of them takes longer than reading it.
      for (const file of await filesBelow(path)) files.set(file, readFileSync(file, 'utf8'));
    } catch (error) {
      problems.push(unreadable(path, error));
    }
  }
  return { files: [...files].map(([file, text]) => ({ file, text })), problems };
}

async function filesBelow(path: string): Promise<readonly string[]> {
  const found = await stat(path);
  if (!found.isDirectory()) return [path];
  const names: string[] = [];
  for await (const name of glob('**/*.{yaml,yml}', { cwd: path })) {
    if (!/\.test\.ya?ml$/.test(name)) names.push(name);
  }
  return names.toSorted().map((name) => join(path, name));
}

function unreadable(file: string, error: unknown): Problem {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
  const message = `cannot be read (${code}), check the path and its permissions`;
  return { file, line: 1, column: 1, path: '', code: 'unreadable', severity: 'error', message };
}
