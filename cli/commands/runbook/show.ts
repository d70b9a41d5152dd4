import type { Command } from 'commander';
import { exitCodes } from '../../frame/exit-codes.ts';
import type { Session } from '../../frame/session.ts';
import { defineVerb } from '../../frame/verb.ts';
import type { FoundReference } from '../../runbook/find-reference.ts';

interface ShowOptions {
  readonly reference: string;
  readonly isSource: boolean;
}

export const runbookShow = defineVerb<ShowOptions>({
  path: 'runbook show',
  summary: 'What a runbook does, when, within which limits, and how it is verified',
  group: 'Runbooks',
  example: 'runbook show restart-pod',
  configure: (command: Command) => {
    command
      .argument(
        '<runbook>',
        'NAME or NAME@VERSION of the registry, or a file; where nothing runs, one that ships',
      )
      .option('--source', 'the text of a registered one, as it was applied');
  },
  parse: ({ args, options }) => ({ reference: args[0] ?? '', isSource: options['source'] === true }),
  run: async ({ reference, isSource }, session) => {
    if (isSource) return showSource(reference, session);
    const [{ findReference }, { findActivations }, { pageOf, registeredParts, runbookResult }] =
      await Promise.all([
        import('../../runbook/find-reference.ts'),
        import('../../runbook/find-activations.ts'),
        import('../../runbook/runbook-page.ts'),
      ]);
    const found: FoundReference = await findReference(reference, session);
    const name = found.registered?.runbook?.ref?.name;
    const activations = name === undefined ? new Map() : await findActivations(name, session);
    const isForPeople = session.globals.output === 'table' || session.globals.output === 'wide';
    if (!isForPeople) {
      await session.out.print(runbookResult(found.runbooks, found.registered, activations));
      return exitCodes.done;
    }
    session.say(`${found.from}.`);
    for (const [index, runbook] of found.runbooks.entries()) {
      if (index > 0) session.write('\n');
      for (const part of pageOf(runbook)) await session.out.print(part);
    }
    for (const part of registeredParts(found.registered, activations)) await session.out.print(part);
    return exitCodes.done;
  },
});

async function showSource(reference: string, session: Session) {
  const { callRegistry, versionNameOf } = await import('../../runbook/registry.ts');
  const { source } = await callRegistry(session, (client) => client.getRunbook(versionNameOf(reference)));
  session.write(source);
  return exitCodes.done;
}
