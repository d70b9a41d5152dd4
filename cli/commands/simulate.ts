import { type Command, Option } from 'commander';
import { sinceOption } from '../frame/since-option.ts';
import { defineVerb } from '../frame/verb.ts';
import type { SimulateOptions } from '../simulate/run-simulation.ts';

const HELP = 'simulate';
const DEFAULT_SINCE = '30d';
const FAIL_ON = ['new-auto', 'any'] as const;

export const simulate = defineVerb<SimulateOptions>({
  path: HELP,
  summary: 'Which decisions of the past would be others with changed runbooks or another policy',
  group: 'Work with it',
  example: 'simulate runbooks --since 30d --fail-on new-auto',
  configure: (command: Command) => {
    command
      .argument('<path...>', 'all runbooks that are to run: files, and folders with all that is below them')
      .option('--since <duration>', `how far back: 24h, 30d (${DEFAULT_SINCE}; with --from-file all)`)
      .option('--policy <file>', 'a configuration of decision, for its section policy (the defaults)')
      .option(
        '--own-modes',
        'each as freely as it asks for (no more freely than it may now, where it is active)',
      )
      .option('-f, --from-file <file>', 'events that audit query -o json printed, without a running system')
      .addOption(
        new Option(
          '--fail-on <what>',
          'exit 3: when an incident would be automatic that was not; when any is decided otherwise',
        ).choices([...FAIL_ON]),
      );
  },
  parse: ({ args, options }) => {
    const { since, policy, fromFile, failOn, ownModes } = options as Partial<
      Record<'since' | 'policy' | 'fromFile' | 'failOn', string>
    > & { readonly ownModes?: boolean };
    const given = since ?? (fromFile === undefined ? DEFAULT_SINCE : undefined);
    return {
      paths: args,
      sinceMs: sinceOption(given, HELP),
      policyFile: policy,
      file: fromFile,
      ownModes: ownModes ?? false,
      failOn: FAIL_ON.find((what) => what === failOn),
    };
  },
  run: async (options, session) => {
    const { runSimulation } = await import('../simulate/run-simulation.ts');
    return runSimulation(options, session);
  },
});
