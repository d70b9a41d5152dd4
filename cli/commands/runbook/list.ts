import { type Command, Option } from 'commander';
import { exitCodes } from '../../frame/exit-codes.ts';
import type { Session } from '../../frame/session.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb } from '../../frame/verb.ts';
import type { ListFilter } from '../../runbook/list-report.ts';
import type { StatusWord } from '../../runbook/registry-words.ts';

interface ListOptions {
  readonly paths: readonly string[];
  readonly filter: ListFilter;
  readonly status: StatusWord | undefined;
}

const TYPES = ['deployment', 'maintenance', 'incident_response', 'backup_restore', 'scaling', 'monitoring'];
const HELP = 'runbook list';

export const runbookList = defineVerb<ListOptions>({
  path: HELP,
  summary: 'List runbooks: those that are registered, or those of files',
  group: 'Runbooks',
  example: 'runbook list --trigger high_cpu',
  configure: (command: Command) => {
    command
      .argument('[path...]', 'files and folders; none: the registry, or those that ship where nothing runs')
      .addOption(new Option('--type <type>', 'of one type').choices(TYPES))
      .option('--tag <tag>', 'with this tag')
      .option('--owner <team>', 'of this team')
      .option('--trigger <name>', 'for this symptom or cause; any: for what no other one is for')
      .addOption(
        new Option('--status <status>', 'every registered version with it').choices([
          'draft',
          'active',
          'deprecated',
          'archived',
        ]),
      );
  },
  parse: ({ args, options }) => {
    const { type, tag, owner, trigger, status } = options as Partial<ListFilter> & { status?: StatusWord };
    if (status !== undefined && args.length > 0)
      throw usageError('files have no --status', { next: 'Leave one of them out.', help: HELP });
    return { paths: args, filter: { type, tag, owner, trigger }, status };
  },
  run: async ({ paths, filter, status }, session) => {
    const { registryContext } = await import('../../runbook/registry.ts');
    const context = paths.length > 0 ? undefined : await contextFor(status, session, registryContext);
    if (context !== undefined) return listRegistered(context, { filter, status }, session);
    const [{ loadedRunbooks }, { listResult }] = await Promise.all([
      import('../../runbook/find-runbooks.ts'),
      import('../../runbook/list-report.ts'),
    ]);
    if (paths.length === 0) session.say('No Belay runs here: these ship with this version.');
    await session.out.print(listResult(await loadedRunbooks(paths), filter, session.cwd));
    return exitCodes.done;
  },
});

/** A status is the registry's: where one is asked for, nothing else will do. */
async function contextFor(
  status: StatusWord | undefined,
  session: Session,
  contextIfAny: (session: Session) => Promise<string | undefined>,
): Promise<string | undefined> {
  return status === undefined ? contextIfAny(session) : (await session.connection()).context;
}

async function listRegistered(
  context: string,
  { filter, status }: Pick<ListOptions, 'filter' | 'status'>,
  session: Session,
) {
  const [{ callRegistry }, { registryListResult }, { statusOf }] = await Promise.all([
    import('../../runbook/registry.ts'),
    import('../../runbook/registry-list.ts'),
    import('../../runbook/registry-words.ts'),
  ]);
  const { type = '', tag = '', owner = '', trigger = '' } = filter;
  const request = { type, tag, owner, trigger, status: status === undefined ? 0 : statusOf(status) } as const;
  const { runbooks } = await callRegistry(session, (client) => client.listRunbooks(request));
  session.say(`Registry of context ${context}.`);
  await session.out.print(registryListResult(runbooks));
  return exitCodes.done;
}
