import type { Command } from 'commander';
import { announce } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { printable } from '../../frame/printable.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb } from '../../frame/verb.ts';

interface ApplyOptions {
  readonly paths: readonly string[];
  readonly dryRun: boolean;
  readonly reason: string;
}

const HELP = 'runbook apply';

export const runbookApply = defineVerb<ApplyOptions>({
  path: HELP,
  summary: 'Register runbooks as drafts: a content that is new is a new version',
  group: 'Runbooks',
  example: 'runbook apply runbooks --reason "longer cooldown, reviewed in 42"',
  configure: (command: Command) => {
    command
      .argument('<path...>', 'files, and folders with all that is below them')
      .option('--reason <text>', 'why; the history of each runbook shows it')
      .option('--dry-run', 'say what would come of it');
  },
  parse: ({ args, options }) => {
    const [reason = '', dryRun] = [options['reason'] as string | undefined, options['dryRun'] === true];
    if (!dryRun && reason.trim() === '')
      throw usageError('--reason is missing', { next: 'Say why, or use --dry-run.', help: HELP });
    return { paths: args, dryRun, reason };
  },
  run: async ({ paths, dryRun, reason }, session) => {
    const [{ readTexts }, { applyResult, applyVerdict, problemLine }, { callRegistry }] = await Promise.all([
      import('../../runbook/find-runbooks.ts'),
      import('../../runbook/apply-report.ts'),
      import('../../runbook/registry.ts'),
    ]);
    const texts = await readTexts(paths);
    if (!dryRun) await announce(session);
    const request = { texts: [...texts], dryRun, reason };
    const answer = await callRegistry(session, (client) => client.applyRunbooks(request));
    for (const problem of answer.problems) session.say(printable(problemLine(problem)));
    await session.out.print(applyResult(answer, dryRun));
    session.say(applyVerdict(answer, dryRun));
    return answer.problems.some(({ severity }) => severity === 'error') ? exitCodes.no : exitCodes.done;
  },
});
