import type { Command } from 'commander';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

export const runbookProposals = defineVerb<{ readonly runbook: string }>({
  path: 'runbook proposals',
  summary: 'Which runbooks have earned to act more freely, or less, by which numbers, and how to accept it',
  group: 'Runbooks',
  example: 'runbook proposals --runbook restart-pod',
  configure: (command: Command) => {
    command.option('--runbook <name>', 'one of the registry (all that are active)');
  },
  parse: ({ options }) => ({ runbook: (options as { runbook?: string }).runbook ?? '' }),
  run: async ({ runbook }, session) => {
    const [{ callRegistry }, { proposalsResult }] = await Promise.all([
      import('../../runbook/registry.ts'),
      import('../../runbook/proposals-report.ts'),
    ]);
    const { proposals } = await callRegistry(session, (client) => client.listProposals({ runbook }));
    if (proposals.length === 0) session.say('No proposals: nothing speaks for another mode.');
    else session.say('Nothing changes unless somebody accepts it.');
    await session.out.print(proposalsResult(proposals, session.invokedAs));
    return exitCodes.done;
  },
});
