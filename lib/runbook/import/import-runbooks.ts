import { lintRunbooks } from '../lint-runbooks.ts';
import { type Problem, sortProblems } from '../problem.ts';
import type { Runbook } from '../runbook.ts';
import { readYamlDocuments, type YamlDocument } from '../yaml-documents.ts';
import type { Path } from '../yaml-reader.ts';
import type { Draft } from './draft.ts';
import { type FinishedDraft, finishDraft } from './finish-draft.ts';
import { Notes } from './notes.ts';
import { importS0 } from './s0/import-s0.ts';
import { importS1 } from './s1/import-s1.ts';
import { isRecord, Section } from './section.ts';
import { detectFormat, type SourceFormat } from './source-format.ts';
import { importSsm } from './ssm/import-ssm.ts';

export interface ImportedRunbook {
  readonly name: string;
  /** A file of the format. Where a warning says so it does not load before somebody has mended it. */
  readonly text: string;
}

export interface ImportResult {
  readonly runbooks: readonly ImportedRunbook[];
  /** What the reviewer has to know: what was not carried over, what was taken for granted, what the linter finds. */
  readonly warnings: readonly Problem[];
  /** Why there is nothing to import. */
  readonly problems: readonly Problem[];
}

/** Runbooks of another system as files to review. Nothing is applied. Never throws. */
export function importRunbooks(text: string, file: string, from?: SourceFormat): ImportResult {
  const { documents, problems } = readYamlDocuments(text, file);
  const results = documents.map((document) => importDocument(document, file, from));
  const found = [...problems, ...results.flatMap((result) => result.problems)];
  if (found.length === 0 && documents.length === 0) found.push(problem(file, [], undefined, EMPTY));
  if (found.length > 0) return { runbooks: [], warnings: [], problems: sortProblems(found) };
  const finished = results.flatMap((result) => result.finished);
  const warnings = [
    ...results.flatMap((result) => result.warnings),
    ...finished.flatMap(({ draft, problems: faults }) => [...draft.notes.warnings, ...faults]),
    ...lint(finished),
  ];
  return {
    runbooks: finished.map(({ draft, text: yaml }) => ({ name: draft.name, text: yaml })),
    warnings: sortProblems(warnings),
    problems: [],
  };
}

const importers: Readonly<Record<SourceFormat, (root: Section, fileName: string) => readonly Draft[]>> = {
  s0: importS0,
  s1: importS1,
  ssm: importSsm,
};

const EMPTY = { code: 'empty_file', message: 'nothing in this file, give one that holds a runbook' };

interface ImportedDocument {
  readonly finished: readonly FinishedDraft[];
  /** About what belongs to none of its runbooks. */
  readonly warnings: readonly Problem[];
  readonly problems: readonly Problem[];
}

function importDocument(
  document: YamlDocument,
  file: string,
  from: SourceFormat | undefined,
): ImportedDocument {
  const detected = detectFormat(document.value, from);
  if (!('format' in detected))
    return { finished: [], warnings: [], problems: [problem(file, [], document, detected)] };
  const notes = new Notes(file, document.placeOf);
  const root = new Section(isRecord(document.value) ? document.value : {}, [], notes);
  const drafts = importers[detected.format](root, fileNameOf(file));
  root.finish();
  if (drafts.length === 0)
    return { finished: [], warnings: [], problems: [problem(file, [], document, EMPTY)] };
  // What stands beside the runbooks of a file is shown with the first of them.
  if (drafts[0] && drafts[0].notes !== notes) drafts[0].notes.kept.push(...notes.kept);
  const own = drafts.some((draft) => draft.notes === notes) ? [] : notes.warnings;
  return {
    finished: drafts.map((draft) => finishDraft(draft, `${fileNameOf(file)} (${detected.format})`)),
    warnings: own,
    problems: [],
  };
}

/** As lint would tell it of the result, at the places that it comes from. It never keeps an import from being printed. */
function lint(finished: readonly FinishedDraft[]): readonly Problem[] {
  const places = new Map(
    finished.flatMap(({ draft, runbook }): readonly [Runbook, (path: Path) => Problem][] => {
      if (!runbook) return [];
      return [[runbook, (path) => draft.notes.problemAt(draft.originOf(path), '', '', '')]];
    }),
  );
  return lintRunbooks([...places.keys()], { places }).map((finding) => ({ ...finding, severity: 'warning' }));
}

function fileNameOf(file: string): string {
  // It goes into a comment of the result, which a line break would end.
  return (file.split(/[/\\]/).at(-1) || file).replace(/\p{Cc}/gu, '?');
}

function problem(
  file: string,
  path: Path,
  document: YamlDocument | undefined,
  { code, message }: { readonly code: string; readonly message: string },
): Problem {
  const place = document?.placeOf(path) ?? { line: 1, column: 1 };
  return { file, ...place, path: path.join('.'), code, severity: 'error', message };
}
