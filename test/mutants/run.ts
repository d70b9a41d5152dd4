import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decisionMutants, type Mutant } from './decision.ts';

/**
 * Plants one mistake after the other in a copy of the source, and runs the tests that have to notice. Prints
 * `MUTANTS decision planted=N survived=N`, and fails where one survives.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'belay-mutants-'));
const LEFT_OUT = /(^|\/)(node_modules|\.git|\.belay|dist)(\/|$)/;

function prepare(): void {
  cpSync(root, copy, { recursive: true, filter: (from) => !LEFT_OUT.test(from.slice(root.length)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

async function isKilled({ file, from, to, tests }: Mutant): Promise<boolean> {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from))
    throw new Error(`${file} has no ${JSON.stringify(from)}: the mutant is out of date`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  try {
    return !(await passes(tests));
  } finally {
    writeFileSync(path, text);
  }
}

const passes = (tests: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const command = join(copy, 'node_modules/vitest/vitest.mjs');
    execFile(process.execPath, [command, 'run', '--bail', '1', ...tests], { cwd: copy }, (error) =>
      resolve(!error),
    );
  });

try {
  prepare();
  const all = [...new Set(decisionMutants.flatMap(({ tests }) => tests))];
  if (!(await passes(all))) throw new Error('the tests fail without any mutant');
  let survived = 0;
  for (const mutant of decisionMutants) {
    const killed = await isKilled(mutant);
    if (!killed) survived += 1;
    console.log(`  ${killed ? 'killed  ' : 'SURVIVED'}  ${mutant.what}`);
  }
  console.log(`MUTANTS decision planted=${decisionMutants.length} survived=${survived}`);
  process.exitCode = survived === 0 ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
