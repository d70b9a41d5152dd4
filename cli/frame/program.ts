import { Command, type CommanderError } from 'commander';
import { addGlobalOptions } from './global-options.ts';
import { fromCommander } from './usage-error.ts';
import type { Verb } from './verb.ts';

/** What several verbs are about: `freeze`. */
export interface Noun {
  readonly summary: string;
  readonly group: string;
}

export interface ProgramOptions {
  readonly verbs: readonly Verb[];
  readonly nouns: Readonly<Record<string, Noun>>;
  readonly version: string;
  readonly invokedAs: string;
  readonly write: (text: string) => void;
  readonly onVerb: (verb: Verb, command: Command) => Promise<void>;
}

/** The parser, built from the list of verbs. Throws usage errors, and `HelpShown` once it has said all. */
export function createProgram(options: ProgramOptions): Command {
  const program = new Command(options.invokedAs)
    .description('Runs known fixes on production, tied to a rope: guardrails, rollback, verification.')
    .version(options.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .commandsGroup('This command:')
    .helpCommand('help [command]', 'print help for a command')
    .showSuggestionAfterError(false)
    // Help is what was asked for, also where it stands in for a missing command: all of it is output.
    .configureOutput({ writeOut: options.write, writeErr: options.write, outputError: () => {} })
    .configureHelp({ subcommandTerm: termOf })
    // Otherwise an option before the command could take what belongs to one behind it.
    .enablePositionalOptions();
  prepare(program, '');
  const nouns = new Map<string, Command>();
  for (const verb of options.verbs) addVerb(parentOf(verb, program, nouns, options), verb, options);
  return program;
}

function termOf(command: Command): string {
  return [command.name(), ...command.registeredArguments.map((argument) => `<${argument.name()}>`)].join(' ');
}

/** Thrown after help or version were printed. */
export class HelpShown extends Error {}

function parentOf(
  verb: Verb,
  program: Command,
  known: Map<string, Command>,
  { nouns }: ProgramOptions,
): Command {
  const name = nounOf(verb);
  if (name === undefined) return program;
  const noun = nouns[name];
  if (!noun) throw new Error(`the noun of \`${verb.path}\` is not in the list of nouns`);
  const command = known.get(name) ?? addNoun(name, noun, program);
  known.set(name, command);
  return command;
}

function addNoun(name: string, { summary, group }: Noun, program: Command): Command {
  const command = program.command(name).description(summary).helpGroup(`${group}:`);
  prepare(command, name);
  return command;
}

function nounOf({ path }: Verb): string | undefined {
  return path.includes(' ') ? path.split(' ')[0] : undefined;
}

function addVerb(parent: Command, verb: Verb, { invokedAs, onVerb }: ProgramOptions): void {
  const command = parent.command(verb.path.split(' ').at(-1) ?? verb.path).description(verb.summary);
  if (nounOf(verb) === undefined) command.helpGroup(`${verb.group}:`);
  verb.configure(command);
  prepare(command, verb.path, verb.outputs);
  command.addHelpText(
    'after',
    `\nGlobal options: ${invokedAs} --help\n\nExample:\n  ${invokedAs} ${verb.example}`,
  );
  command.action(() => onVerb(verb, command));
}

function prepare(command: Command, path: string, outputs: readonly string[] = []): void {
  addGlobalOptions(command, outputs);
  command.exitOverride((error: CommanderError) => {
    if (HELP_CODES.has(error.code)) throw new HelpShown();
    throw fromCommander(error, path, wordsOf(command));
  });
}

function wordsOf({ commands, options }: Command): string[] {
  return [
    ...commands.map((command) => command.name()),
    ...options.flatMap(({ long }) => long ?? []),
    '--help',
  ];
}

const HELP_CODES = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);
