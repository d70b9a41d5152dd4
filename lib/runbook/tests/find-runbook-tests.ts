import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunbookFiles, listRunbookFiles } from '../runbook-files.ts';

export interface FoundTests {
  /** Files of tests. */
  readonly tests: RunbookFiles['files'];
  /** Files of runbooks, with or without tests beside them. */
  readonly runbooks: RunbookFiles['files'];
  readonly problems: RunbookFiles['problems'];
}

/** Below folders all tests and runbooks; of a runbook's file the tests beside it; of a test's file itself. */
export async function findRunbookTests(paths: readonly string[]): Promise<FoundTests> {
  const runbooks = await listRunbookFiles(paths.filter((path) => !isTest(path)));
  const named = (await Promise.all(paths.map(testsAt))).flat();
  const tests = await listRunbookFiles([...new Set(named)]);
  return {
    tests: tests.files,
    runbooks: runbooks.files,
    problems: [...runbooks.problems, ...tests.problems],
  };
}

const isTest = (path: string): boolean => /\.test\.ya?ml$/.test(path);

async function testsAt(path: string): Promise<readonly string[]> {
  if (isTest(path)) return [path];
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return testsBelow(path);
  const beside = ['yaml', 'yml'].map((ending) => path.replace(/\.ya?ml$/, `.test.${ending}`));
  const there = await Promise.all(beside.map(isThere));
  return beside.filter((file, index) => there[index] === true && isTest(file));
}

async function testsBelow(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of glob('**/*.test.{yaml,yml}', { cwd: folder })) names.push(name);
  return names.toSorted().map((name) => join(folder, name));
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
