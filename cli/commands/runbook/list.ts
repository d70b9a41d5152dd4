import { type Command, Option } from 'commander';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';
import type { ListFilter } from '../../runbook/list-report.ts';

interface ListOptions {
  readonly paths: readonly string[];
  readonly filter: ListFilter;
}

const TYPES = ['deployment', 'maintenance', 'incident_response', 'backup_restore', 'scaling', 'monitoring'];

export const runbookList = defineVerb<ListOptions>({
  path: 'runbook list',
  summary: 'List runbooks: those of files, or those that ship',
  group: 'Runbooks',
  example: 'runbook list --trigger high_cpu',
  configure: (command: Command) => {
    command
      .argument('[path...]', 'files and folders; none: the runbooks that ship')
      .addOption(new Option('--type <type>', 'of one type').choices(TYPES))
      .option('--tag <tag>', 'with this tag')
      .option('--owner <team>', 'of this team')
      .option('--trigger <name>', 'for this symptom or cause; any: for what no other one is for');
  },
  parse: ({ args, options }) => {
    const { type, tag, owner, trigger } = options as Partial<ListFilter>;
    return { paths: args, filter: { type, tag, owner, trigger } };
  },
  run: async ({ paths, filter }, session) => {
    const [{ loadedRunbooks }, { listResult }] = await Promise.all([
      import('../../runbook/find-runbooks.ts'),
      import('../../runbook/list-report.ts'),
    ]);
    await session.out.print(listResult(await loadedRunbooks(paths), filter, session.cwd));
    return exitCodes.done;
  },
});
