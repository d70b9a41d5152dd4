import { documentSource } from './document-source.ts';
import { repeatedNames } from './lint/set-rules.ts';
import { type Problem, sortProblems } from './problem.ts';
import { readRunbook } from './read-runbook.ts';
import type { Runbook } from './runbook.ts';
import { listRunbookFiles, type RunbookText } from './runbook-files.ts';
import { readYamlDocuments, type YamlDocument } from './yaml-documents.ts';
import type { Path, Place } from './yaml-reader.ts';

export interface LoadResult {
  /** Those without a problem. Whoever runs runbooks runs none of a file that has any. */
  readonly runbooks: readonly Runbook[];
  readonly problems: readonly Problem[];
  /** Where a runbook was written, for whoever finds something in it later. */
  readonly places: ReadonlyMap<Runbook, (path: Path) => Place & { readonly file: string }>;
  /** For whoever keeps the text of each: of a file with several, its own part. */
  readonly sources: ReadonlyMap<Runbook, () => string>;
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
  return {
    runbooks: [...places.keys()],
    problems: sortProblems(all),
    places,
    sources: sourcesIn(text, file, places, documents),
  };
}

/** Files, and directories with all that is below them except tests. Of several of one name only the first loads. */
export async function loadRunbookFiles(paths: readonly string[]): Promise<LoadResult> {
  const { files, problems, emptyFolders } = await listRunbookFiles(paths);
  const loaded = loadRunbookTexts(files);
  return {
    ...loaded,
    problems: sortProblems([...problems, ...emptyFolders.map(emptyFolder), ...loaded.problems]),
  };
}

/** The same of texts that somebody else has read. */
export function loadRunbookTexts(texts: readonly RunbookText[]): LoadResult {
  const results = texts.map(({ file, text }) => loadRunbook(text, file));
  const places = new Map(results.flatMap((result) => [...result.places]));
  const all = results.flatMap((result) => result.runbooks);
  const repeated = repeatedIn(all, places);
  for (const { runbook } of repeated) places.delete(runbook);
  return {
    runbooks: all.filter((runbook) => places.has(runbook)),
    problems: sortProblems([
      ...results.flatMap((result) => result.problems),
      ...repeated.map(({ problem }) => problem),
    ]),
    places,
    sources: new Map(results.flatMap((result) => [...result.sources])),
  };
}

function sourcesIn(
  text: string,
  file: string,
  places: LoadResult['places'],
  documents: readonly YamlDocument[],
): LoadResult['sources'] {
  const lines = documents.map(({ placeOf }) => placeOf([]).line);
  const load = (part: string) => loadRunbook(part, file).runbooks;
  const sources = [...places].map(([runbook, placeOf]) => {
    const { line } = placeOf([]);
    return [runbook, () => documentSource(text, runbook, { line, lines }, load)] as const;
  });
  return new Map(sources);
}

function repeatedIn(
  runbooks: readonly Runbook[],
  places: LoadResult['places'],
): readonly { readonly runbook: Runbook; readonly problem: Problem }[] {
  const placeOf = (runbook: Runbook, path: Path) =>
    places.get(runbook)?.(path) ?? { file: runbook.name, line: 1, column: 1 };
  const describe = (runbook: Runbook): string => {
    const { file, line } = placeOf(runbook, []);
    return `${runbook.name} (${file}:${line})`;
  };
  return repeatedNames(runbooks, describe).map(({ runbook, finding: { path, ...finding } }) => ({
    runbook,
    problem: { ...placeOf(runbook, path), path: path.join('.'), ...finding },
  }));
}

/** A typing error in a path must not look like a clean set. */
export function emptyFolder(file: string): Problem {
  const message = 'no runbook file (.yaml, .yml) is below this folder, check the path';
  return { file, line: 1, column: 1, path: '', code: 'no_runbooks', severity: 'error', message };
}

function emptyFile(file: string): Problem {
  const message = 'no runbook in this file, write one or remove the file';
  return { file, line: 1, column: 1, path: '', code: 'empty_file', severity: 'error', message };
}
