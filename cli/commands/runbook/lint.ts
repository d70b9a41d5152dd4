import type { Command } from 'commander';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

interface LintOptions {
  readonly paths: readonly string[];
  readonly strict: boolean;
  readonly isForGithub: boolean;
}

export const runbookLint = defineVerb<LintOptions>({
  path: 'runbook lint',
  summary: 'Find what is wrong with runbooks before they run',
  group: 'Runbooks',
  example: 'runbook lint runbooks --strict -o github',
  outputs: ['github'],
  configure: (command: Command) => {
    command
      .argument('<path...>', 'files, and folders with all that is below them')
      .option('--strict', 'warnings count as well');
  },
  parse: ({ args, options }) => ({
    paths: args,
    strict: options['strict'] === true,
    isForGithub: options['output'] === 'github',
  }),
  run: async ({ paths, strict, isForGithub }, session) => {
    const { examineRunbooks, lintResult, annotations, verdict } = await import(
      '../../runbook/lint-report.ts'
    );
    const report = await examineRunbooks(paths, session.clock.now());
    if (isForGithub) session.write(annotations(report));
    else await session.out.print(lintResult(report));
    session.say(verdict(report));
    return report.errors > 0 || (strict && report.warnings > 0) ? exitCodes.no : exitCodes.done;
  },
});
