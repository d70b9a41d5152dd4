import { type Command, Option } from 'commander';
import { announce } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { printable } from '../../frame/printable.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb } from '../../frame/verb.ts';
import type { ActiveModeWord } from '../../runbook/registry-words.ts';

interface ActivateOptions {
  readonly reference: string;
  readonly mode: ActiveModeWord;
  readonly reason: string;
  /** Undefined: whichever is active now. */
  readonly seen: number | undefined;
}

const HELP = 'runbook activate';

export const runbookActivate = defineVerb<ActivateOptions>({
  path: HELP,
  summary: 'Decide with a version from now on, as freely as the mode says and no more than it asks for',
  group: 'Runbooks',
  example: 'runbook activate restart-pod@2 --mode observe --reason "to be watched for a week"',
  configure: (command: Command) => {
    const modes = ['observe', 'manual', 'suggest', 'approval_required', 'auto_execute'];
    command
      .argument('<runbook>', 'NAME@VERSION')
      .addOption(new Option('--mode <mode>', 'how freely it may act').choices(modes).makeOptionMandatory())
      .requiredOption('--reason <text>', 'why; everybody who asks is shown it')
      .option(
        '--seen <version>',
        'the version that was active when you looked, 0 for none; refused where that has changed',
      );
  },
  parse: ({ args, options }) => {
    const { mode, reason, seen } = options as { mode: ActiveModeWord; reason: string; seen?: string };
    if (seen !== undefined && !/^\d{1,9}$/.test(seen))
      throw usageError(`--seen ${seen} is no version`, { next: 'As in 2, or 0 for none.', help: HELP });
    return {
      reference: args[0] ?? '',
      mode,
      reason,
      seen: seen === undefined ? undefined : Number(seen),
    };
  },
  run: async (options, session) => {
    const [{ activateIn }, { oneVersion }, { problemLine }, words] = await Promise.all([
      import('../../runbook/activate-in.ts'),
      import('../../runbook/registry.ts'),
      import('../../runbook/apply-report.ts'),
      import('../../runbook/registry-words.ts'),
    ]);
    const wanted = { ...options, ...oneVersion(options.reference, HELP), mode: words.modeOf(options.mode) };
    await announce(session);
    const { runbook, former, problems } = await activateIn(wanted, session);
    for (const problem of problems) session.say(printable(problemLine(problem)));
    if (!runbook) {
      session.say('Nothing was activated: it cannot run beside what is active.');
      return exitCodes.no;
    }
    await session.out.print({
      kind: 'RunbookVersion',
      body: { ...words.versionBody(runbook), former: former && words.refText(former) },
      names: [words.refText(runbook.ref)],
      table: () => ({
        rows: [
          [
            words.refText(runbook.ref),
            words.stateText(runbook),
            former ? `before: ${words.refText(former)}` : 'nothing was active before',
          ],
        ],
      }),
    });
    return exitCodes.done;
  },
});
