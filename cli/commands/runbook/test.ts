import type { Command } from 'commander';
import type { TestReport } from '#lib/runbook/tests/result.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { printable } from '../../frame/printable.ts';
import type { Session } from '../../frame/session.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb } from '../../frame/verb.ts';

interface TestOptions {
  readonly paths: readonly string[];
  readonly only: RegExp | undefined;
  /** A form that this verb has besides those of all. */
  readonly form: 'junit' | 'github' | undefined;
}

const HELP = 'runbook test';
const OWN_FORMS = ['junit', 'github'] as const;

export const runbookTest = defineVerb<TestOptions>({
  path: HELP,
  summary: 'Play the tests of runbooks through the code that decides and judges in production',
  group: 'Runbooks',
  example: 'runbook test runbooks -o github',
  outputs: OWN_FORMS,
  configure: (command: Command) => {
    command
      .argument('<path...>', 'runbooks, their *.test.yaml, or folders with both')
      .option('--run <regexp>', 'only the tests whose names match');
  },
  parse: ({ args, options }) => ({
    paths: args,
    only: patternOf(options['run'] as string | undefined),
    form: OWN_FORMS.find((form) => form === options['output']),
  }),
  run: async ({ paths, only, form }, session) => {
    const { runRunbookTests } = await import('../../runbook-tests/run-runbook-tests.ts');
    const report = await runRunbookTests(paths, only);
    await print(report, form, session);
    const { isGood } = await import('#lib/runbook/tests/result.ts');
    return isGood(report) ? exitCodes.done : exitCodes.no;
  },
});

function patternOf(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, 'u');
  } catch {
    throw usageError(`--run ${text} is no regular expression`, { help: HELP });
  }
}

async function print(report: TestReport, form: TestOptions['form'], session: Session): Promise<void> {
  const { output } = session.globals;
  if (form === 'junit') {
    const { reportJunit } = await import('#lib/runbook/tests/report-junit.ts');
    session.write(reportJunit(report));
  } else if (form === 'github') {
    const { reportGithub } = await import('../../runbook-tests/report-github.ts');
    writeLines(reportGithub(report), session);
  } else if (output === 'table' || output === 'wide') {
    const { reportLines } = await import('#lib/runbook/tests/report-lines.ts');
    writeLines(reportLines(report), session);
  } else {
    await session.out.print({
      kind: 'RunbookTestReport',
      body: { ...report },
      names: report.results.map(({ file, name }) => `${file}: ${name}`),
      table: () => ({ rows: [] }),
    });
  }
}

function writeLines(lines: readonly string[], { write }: Session): void {
  for (const line of lines) write(`${printable(line)}\n`);
}
