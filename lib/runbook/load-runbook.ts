import { type Problem, sortProblems } from './problem.ts';
import { readRunbook } from './read-runbook.ts';
import type { Runbook } from './runbook.ts';
import { listRunbookFiles } from './runbook-files.ts';
import { readYamlDocuments } from './yaml-documents.ts';
import type { Path, Place } from './yaml-reader.ts';

export interface LoadResult {
  /** Those without a problem. Whoever runs runbooks runs none of a file that has any. */
  readonly runbooks: readonly Runbook[];
  readonly problems: readonly Problem[];
  /** Where a runbook was written, for whoever finds something in it later. */
  readonly places: ReadonlyMap<Runbook, (path: Path) => Place & { readonly file: string }>;
}

/** Every runbook of a text and everything that is wrong with it. Never throws. */
export function loadRunbook(text: string, file: string): LoadResult {
  const { documents, problems } = readYamlDocuments(text, file);
  const results = documents.map((document) => readRunbook(document, file));
  const places = new Map<Runbook, (path: Path) => Place & { file: string }>();
  for (const [index, { runbook }] of results.entries()) {
    const placeOf = documents[index]?.placeOf;
    if (runbook && placeOf) places.set(runbook, (path) => ({ file, ...placeOf(path) }));
  }
  const all = [...problems, ...results.flatMap((result) => result.problems)];
  if (all.length === 0 && documents.length === 0) all.push(emptyFile(file));
  return { runbooks: [...places.keys()], problems: sortProblems(all), places };
}

/** Files, and directories with all that is below them except tests. */
export async function loadRunbookFiles(paths: readonly string[]): Promise<LoadResult> {
  const { files, problems } = await listRunbookFiles(paths);
  const results = files.map(({ file, text }) => loadRunbook(text, file));
  return {
    runbooks: results.flatMap((result) => result.runbooks),
    problems: sortProblems([...problems, ...results.flatMap((result) => result.problems)]),
    places: new Map(results.flatMap((result) => [...result.places])),
  };
}

function emptyFile(file: string): Problem {
  const message = 'no runbook in this file, write one or remove the file';
  return { file, line: 1, column: 1, path: '', code: 'empty_file', severity: 'error', message };
}
