import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from './duration.ts';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const COLOR_MODES = ['auto', 'always', 'never'] as const;

export interface GlobalOptions {
  readonly output: OutputFormat;
  readonly context?: string;
  readonly endpoint?: string;
  readonly timeoutMs: number;
  readonly utc: boolean;
  readonly color: (typeof COLOR_MODES)[number];
}

const DEFAULTS = { output: 'table', timeoutMs: 30_000, utc: false, color: 'auto' } as const;

const globalOptions = (outputs: readonly string[] = []): Option[] => [
  new Option('-o, --output <format>', 'how to print').choices([...OUTPUT_FORMATS, ...outputs]),
  new Option(
    '--context <name>',
    'which Belay: a name of the config file, local, or the data directory of an up',
  ),
  new Option('--endpoint <host:port>', 'which Belay, by its address'),
  new Option('--timeout <duration>', 'how long to wait for answers (30s)').argParser(timeoutOf),
  new Option('--utc', 'times in UTC'),
  new Option('--color <when>', 'colours; NO_COLOR turns them off too').choices(COLOR_MODES),
];

/** What follows them on the command line is no command. */
export const GLOBAL_FLAGS_WITH_VALUE: ReadonlySet<string> = new Set(
  globalOptions()
    .filter(({ required }) => required)
    .flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
);

/** On the program and on each command, so that they can stand before and after it. The program's help shows them. */
export function addGlobalOptions(command: Command, outputs: readonly string[]): void {
  for (const option of globalOptions(outputs)) {
    command.addOption(option.helpGroup('Global options:').hideHelp(command.parent !== null));
  }
}

/** The options next to the command win over those before it. */
export function globalOptionsOf(command: Command): GlobalOptions {
  const { output, context, endpoint, timeout, utc, color } = given(command);
  return {
    // A form that only one command knows is its own to print.
    output: OUTPUT_FORMATS.find((format) => format === output) ?? DEFAULTS.output,
    timeoutMs: timeout ?? DEFAULTS.timeoutMs,
    utc: utc ?? DEFAULTS.utc,
    color: color ?? DEFAULTS.color,
    ...(context !== undefined && { context }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

type Given = Partial<Omit<GlobalOptions, 'timeoutMs'> & { timeout: number }>;

function given(command: Command): Given {
  return { ...(command.parent && given(command.parent)), ...command.opts<Given>() };
}

/** A timer that is set for longer goes off at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

function timeoutOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0 || ms > LONGEST_TIMER_MS)
    throw new InvalidArgumentError('Expected a duration such as 30s, 500ms or 2m, up to 24d.');
  return ms;
}
