import type { Command } from 'commander';
import type { RunbookVersion } from '#gen/belay/v1/runbook_service.ts';
import { announce } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import type { Session } from '../../frame/session.ts';
import { defineVerb, type Input } from '../../frame/verb.ts';

interface RetireOptions {
  readonly reference: string;
  readonly reason: string;
}

const configure = (argument: string) => (command: Command) => {
  command
    .argument('<runbook>', argument)
    .requiredOption('--reason <text>', 'why; everybody who asks is shown it');
};
const parse = ({ args, options }: Input): RetireOptions => ({
  reference: args[0] ?? '',
  reason: options['reason'] as string,
});

export const runbookDeprecate = defineVerb<RetireOptions>({
  path: 'runbook deprecate',
  summary: 'Stop deciding with a runbook; it can be activated again',
  group: 'Runbooks',
  example: 'runbook deprecate restart-pod --reason "hides a leak"',
  configure: configure('NAME: its active version, or NAME@VERSION'),
  parse,
  run: async ({ reference, reason }, session) => {
    const { callRegistry, versionNameOf } = await import('../../runbook/registry.ts');
    await announce(session);
    const request = { ...versionNameOf(reference), reason };
    const { runbook } = await callRegistry(session, (client) => client.deprecateRunbook(request));
    return print(runbook ? [runbook] : [], session);
  },
});

export const runbookArchive = defineVerb<RetireOptions>({
  path: 'runbook archive',
  summary: 'Put a runbook away that does not run; applying its text again brings it back as a draft',
  group: 'Runbooks',
  example: 'runbook archive restart-pod@1 --reason "replaced by 2"',
  configure: configure('NAME: all its versions, or NAME@VERSION'),
  parse,
  run: async ({ reference, reason }, session) => {
    const { callRegistry, versionNameOf } = await import('../../runbook/registry.ts');
    await announce(session);
    const request = { ...versionNameOf(reference), reason };
    const { runbooks } = await callRegistry(session, (client) => client.archiveRunbook(request));
    return print(runbooks, session);
  },
});

async function print(versions: readonly RunbookVersion[], { out }: Session) {
  const { refText, stateText, versionBody } = await import('../../runbook/registry-words.ts');
  await out.print({
    kind: 'RunbookVersionList',
    body: { items: versions.map(versionBody) },
    names: versions.map(({ ref }) => refText(ref)),
    table: () => ({ rows: versions.map((version) => [refText(version.ref), stateText(version)]) }),
  });
  return exitCodes.done;
}
