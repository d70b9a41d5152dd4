import type { Command } from 'commander';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

interface DiffOptions {
  readonly before: string;
  readonly after: string;
}

export const runbookDiff = defineVerb<DiffOptions>({
  path: 'runbook diff',
  summary: 'What a change of runbooks means, and what it lets them do more freely',
  group: 'Runbooks',
  example: 'runbook diff restart-pod ./restart-pod.yaml',
  configure: (command: Command) => {
    command
      .argument('<before>', 'a file, a folder, or the name of a runbook that ships')
      .argument('<after>', 'the same');
  },
  parse: ({ args }) => ({ before: args[0] ?? '', after: args[1] ?? '' }),
  run: async ({ before, after }, session) => {
    const [{ findRunbooks }, { compareSets, diffResult, verdict }] = await Promise.all([
      import('../../runbook/find-runbooks.ts'),
      import('../../runbook/diff-report.ts'),
    ]);
    const changes = compareSets(await findRunbooks(before), await findRunbooks(after));
    await session.out.print(diffResult(changes));
    session.say(verdict(changes));
    return changes.length === 0 ? exitCodes.done : exitCodes.no;
  },
});
