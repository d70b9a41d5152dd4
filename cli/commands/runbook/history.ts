import type { Command } from 'commander';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

export const runbookHistory = defineVerb<{ readonly name: string }>({
  path: 'runbook history',
  summary: 'Who applied, activated and retired the versions of a runbook, when and why',
  group: 'Runbooks',
  example: 'runbook history restart-pod',
  configure: (command: Command) => {
    command.argument('<name>', 'of the registry');
  },
  parse: ({ args }) => ({ name: args[0] ?? '' }),
  run: async ({ name }, session) => {
    const [{ callRegistry }, { actorText, modeWord, refText }] = await Promise.all([
      import('../../runbook/registry.ts'),
      import('../../runbook/registry-words.ts'),
    ]);
    const { entries } = await callRegistry(session, (client) => client.getRunbookHistory({ name }));
    const items = entries.map(({ ref, change, mode, actor, reason, changedAt }) => ({
      ...{ runbook: refText(ref), digest: ref?.digest, change, reason, changedAt },
      mode: modeWord(mode),
      actor: actorText(actor),
    }));
    await session.out.print({
      kind: 'RunbookHistory',
      body: { items },
      names: items.map(({ runbook }) => runbook),
      table: ({ time }) => ({
        header: ['TIME', 'RUNBOOK', 'CHANGE', 'MODE', 'WHO', 'WHY'],
        rows: items.map(({ runbook, change, mode, actor, reason, changedAt }) => [
          changedAt ? time(changedAt) : '',
          ...[runbook, change, mode, actor, reason],
        ]),
      }),
    });
    return exitCodes.done;
  },
});
