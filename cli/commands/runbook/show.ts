import type { Command } from 'commander';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

export const runbookShow = defineVerb<{ readonly reference: string }>({
  path: 'runbook show',
  summary: 'What a runbook does, when, within which limits, and how it is verified',
  group: 'Runbooks',
  example: 'runbook show restart-pod',
  configure: (command: Command) => {
    command.argument('<runbook>', 'the name of one that ships, or a file');
  },
  parse: ({ args }) => ({ reference: args[0] ?? '' }),
  run: async ({ reference }, session) => {
    const [{ findRunbooks }, { pageOf, runbookResult }] = await Promise.all([
      import('../../runbook/find-runbooks.ts'),
      import('../../runbook/runbook-page.ts'),
    ]);
    const runbooks = await findRunbooks(reference);
    const isForPeople = session.globals.output === 'table' || session.globals.output === 'wide';
    if (!isForPeople) {
      await session.out.print(runbookResult(runbooks));
      return exitCodes.done;
    }
    for (const [index, runbook] of runbooks.entries()) {
      if (index > 0) session.write('\n');
      for (const part of pageOf(runbook)) await session.out.print(part);
    }
    return exitCodes.done;
  },
});
