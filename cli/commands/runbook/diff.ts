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
      .argument(
        '<before>',
        'NAME or NAME@VERSION of the registry, a file, or a folder; where nothing runs, the name of one that ships',
      )
      .argument('<after>', 'the same');
  },
  parse: ({ args }) => ({ before: args[0] ?? '', after: args[1] ?? '' }),
  run: async ({ before, after }, session) => {
    const [{ findReference }, { compareSets, diffResult, verdict }] = await Promise.all([
      import('../../runbook/find-reference.ts'),
      import('../../runbook/diff-report.ts'),
    ]);
    const [old, current] = [await findReference(before, session), await findReference(after, session)];
    const changes = compareSets(old.runbooks, current.runbooks);
    session.say(`${old.from} -> ${current.from}`);
    await session.out.print(diffResult(changes));
    session.say(verdict(changes));
    return changes.length === 0 ? exitCodes.done : exitCodes.no;
  },
});
