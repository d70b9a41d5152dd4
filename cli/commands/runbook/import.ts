import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { BelayError } from '#lib/errors.ts';
import type { ImportResult } from '#lib/runbook/import/import-runbooks.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { printable } from '../../frame/printable.ts';
import type { Session } from '../../frame/session.ts';
import { defineVerb } from '../../frame/verb.ts';

const FORMATS = ['s0', 's1', 'ssm'] as const;

interface ImportOptions {
  readonly file: string;
  readonly from: (typeof FORMATS)[number] | undefined;
  readonly strict: boolean;
}

export const runbookImport = defineVerb<ImportOptions>({
  path: 'runbook import',
  summary: 'Print runbooks of another system in the format of this one; applies nothing',
  group: 'Runbooks',
  example: 'runbook import runbooks.yaml > imported.yaml',
  configure: (command: Command) => {
    command
      .argument('<file>', 'YAML or JSON of the runbook manager (s0), the lab (s1) or SSM Automation (ssm)')
      .addOption(new Option('--from <format>', 'what the file is; found out otherwise').choices([...FORMATS]))
      .option('--strict', 'exit 3 when there is a warning');
  },
  parse: ({ args, options }) => ({
    file: args[0] ?? '',
    from: options['from'] as ImportOptions['from'],
    strict: options['strict'] === true,
  }),
  run: async ({ file, from, strict }, session) => {
    const { importRunbooks } = await import('#lib/runbook/import/import-runbooks.ts');
    const { formatProblem } = await import('#lib/runbook/problem.ts');
    const result = importRunbooks(await read(file, session), file, from);
    for (const problem of [...result.problems, ...result.warnings])
      session.say(printable(formatProblem(problem)));
    if (result.problems.length > 0) return exitCodes.usage;
    await print(result, session);
    return strict && result.warnings.length > 0 ? exitCodes.no : exitCodes.done;
  },
});

async function read(file: string, { cwd }: Session): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new BelayError('internal', `${file} cannot be read`, {
      code: 'UNREADABLE',
      why: code,
      next: 'check the path and its permissions',
      cause: error,
    });
  }
}

/** The files themselves unless another form is asked for: what is printed is what people review and commit. */
async function print({ runbooks, warnings }: ImportResult, { globals, out, write }: Session): Promise<void> {
  if (globals.output !== 'json' && globals.output !== 'name')
    return write(runbooks.map(({ text }) => text).join('---\n'));
  await out.print({
    kind: 'ImportedRunbooks',
    body: { runbooks, warnings },
    names: runbooks.map(({ name }) => name),
    table: () => ({ rows: [] }),
  });
}
