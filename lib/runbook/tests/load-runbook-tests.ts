import { type Explanation, explainIssue } from '../explain-issue.ts';
import { excerpt, nearest } from '../nearest.ts';
import { type Problem, sortProblems } from '../problem.ts';
import { withoutExtensions } from '../schema/without-extensions.ts';
import { readYamlDocuments, type YamlDocument } from '../yaml-documents.ts';
import type { Path, Place } from '../yaml-reader.ts';
import { type RunbookTest, runbookTestFile, TEST_KIND } from './test-file.ts';

/** The tests of one document, with the place where each part was written. */
export interface TestSuite {
  readonly file: string;
  /** As the document spells it: from the folder of the file. */
  readonly runbook: string;
  readonly tests: readonly RunbookTest[];
  readonly placeOf: (path: Path) => Place;
}

export interface LoadedTests {
  /** Those without a problem. */
  readonly suites: readonly TestSuite[];
  readonly problems: readonly Problem[];
}

/** Every test of a text and everything that is wrong with it. Never throws. */
export function loadRunbookTests(text: string, file: string): LoadedTests {
  const { documents, problems } = readYamlDocuments(text, file);
  const results = documents.map((document) => readSuite(document, file));
  const all = [...problems, ...results.flatMap((result) => result.problems)];
  if (all.length === 0 && documents.length === 0) all.push(emptyFile(file));
  return { suites: results.flatMap(({ suite }) => suite ?? []), problems: sortProblems(all) };
}

/** More than anybody mends in one go; a file of nothing but mistakes is cut short. */
const MAX_PROBLEMS = 100;

interface ReadSuite {
  readonly suite: TestSuite | undefined;
  readonly problems: readonly Problem[];
}

function readSuite({ value, placeOf }: YamlDocument, file: string): ReadSuite {
  const problemAt = ({ path, code, message }: Explanation): Problem => {
    return { file, ...placeOf(path as Path), path: path.join('.'), code, severity: 'error', message };
  };
  if (isOtherKind(value)) return { suite: undefined, problems: [problemAt(OTHER_KIND)] };
  const source = withoutExtensions(runbookTestFile, value);
  const parsed = runbookTestFile.safeParse(source);
  const issues = parsed.success ? [] : parsed.error.issues.slice(0, MAX_PROBLEMS);
  const explained = issues.flatMap((issue) => explainIssue(issue, runbookTestFile, source));
  const found = [...explained, ...repeatedNames(source)];
  if (!parsed.success || found.length > 0)
    return { suite: undefined, problems: shortened(found).map(problemAt) };
  return { suite: { file, runbook: parsed.data.runbook, tests: parsed.data.tests, placeOf }, problems: [] };
}

const OTHER_KIND: Explanation = {
  path: ['kind'],
  code: 'other_kind',
  message: `expected ${TEST_KIND}, this is something else, move it to a file of its own`,
};

function isOtherKind(value: unknown): boolean {
  const { kind } = (value ?? {}) as { kind?: unknown };
  return typeof kind === 'string' && nearest(kind, [TEST_KIND]) === undefined;
}

function shortened(found: readonly Explanation[]): readonly Explanation[] {
  if (found.length <= MAX_PROBLEMS) return found;
  const message = `${found.length - MAX_PROBLEMS} more problems, mend the others first`;
  return [...found.slice(0, MAX_PROBLEMS), { path: [], code: 'more_problems', message }];
}

/** Results are told apart by their names. Looked at also where something else is wrong: all problems come at once. */
function repeatedNames(source: unknown): readonly Explanation[] {
  const { tests } = (source ?? {}) as { tests?: unknown };
  const seen = new Set<string>();
  return (Array.isArray(tests) ? (tests as readonly unknown[]) : []).flatMap((test, index) => {
    const { name } = (test ?? {}) as { name?: unknown };
    if (typeof name !== 'string' || !seen.has(name)) return seen.add(String(name)) && [];
    const message = `the name ${excerpt(name)} is taken by a test above, choose another`;
    return [{ path: ['tests', index, 'name'], code: 'duplicate_name', message }];
  });
}

function emptyFile(file: string): Problem {
  const message = 'no test in this file, write one or remove the file';
  return { file, line: 1, column: 1, path: '', code: 'empty_file', severity: 'error', message };
}
