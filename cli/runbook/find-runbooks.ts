import { existsSync } from 'node:fs';
import { suggest } from '#lib/config/suggest.ts';
import { BelayError } from '#lib/errors.ts';
import { emptyFolder, loadRunbookFiles, type LoadResult } from '#lib/runbook/load-runbook.ts';
import { formatProblem, type Problem } from '#lib/runbook/problem.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { listRunbookFiles, type RunbookText } from '#lib/runbook/runbook-files.ts';
import { SHIPPED_RUNBOOKS } from './shipped-runbooks.ts';

/** Those of the files and folders; of none, the ones that ship. */
export async function loadedRunbooks(paths: readonly string[]): Promise<LoadResult> {
  const loaded = await loadRunbookFiles(paths.length > 0 ? paths : [SHIPPED_RUNBOOKS]);
  const { problems } = loaded;
  if (problems.length === 0) return loaded;
  throw unloadable(problems);
}

/** The texts themselves, for who judges them elsewhere. */
export async function readTexts(paths: readonly string[]): Promise<readonly RunbookText[]> {
  const { files, problems, emptyFolders } = await listRunbookFiles(paths);
  const all = [...problems, ...emptyFolders.map(emptyFolder)];
  if (all.length > 0) throw unloadable(all);
  return files;
}

function unloadable(problems: readonly Problem[]): BelayError {
  const isAbsent = problems.every(({ code }) => code === 'unreadable' || code === 'no_runbooks');
  return new BelayError(isAbsent ? 'not_found' : 'invalid', 'the runbooks do not load', {
    code: 'RUNBOOKS_INVALID',
    why: problems.map(formatProblem).join('\n'),
    next: 'mend the files as listed; belay runbook lint says the same',
  });
}

/** What a file or folder holds, or the one that ships under that name. */
export async function findRunbooks(reference: string): Promise<readonly Runbook[]> {
  const isPath = existsSync(reference) || /[/\\.]/.test(reference);
  const { runbooks } = await loadedRunbooks(isPath ? [reference] : []);
  if (isPath) return runbooks;
  const found = runbooks.find(({ name }) => name === reference);
  if (found) return [found];
  throw unknownName(reference, runbooks);
}

function unknownName(name: string, runbooks: readonly Runbook[]): BelayError {
  const near = suggest(
    name,
    runbooks.map((runbook) => runbook.name),
  );
  return new BelayError('not_found', `no runbook ${name} ships with this version`, {
    code: 'NO_SUCH_RUNBOOK',
    next: near === undefined ? 'belay runbook list, or give a file' : `did you mean ${near}?`,
  });
}
