import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Session } from './session.ts';

/** What stood on the command line, as the parser left it. */
export interface Input {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** One command: its options parsed and its work run apart, so that each can be tested alone. */
export interface VerbDefinition<Options> {
  /** As it is typed: `doctor`, `freeze create`. */
  readonly path: string;
  readonly summary: string;
  /** Heading of the list that it stands under, for verbs without a noun. */
  readonly group: string;
  /** Without the name of the program. */
  readonly example: string;
  /** Values of `--output` that it knows besides those of all. */
  readonly outputs?: readonly string[];
  /** Arguments and options of its own. */
  readonly configure: (command: Command) => void;
  /** Throws a usage error on what the parser cannot judge. */
  readonly parse: (input: Input) => Options;
  /** What takes long to load and only the work needs is imported in here: the help of all loads every file. */
  readonly run: (options: Options, session: Session) => Promise<ExitCode>;
}

/** A verb in the list, with the type of its options forgotten. */
export interface Verb extends Omit<VerbDefinition<never>, 'parse' | 'run'> {
  invoke(input: Input, session: Session): Promise<ExitCode>;
}

export function defineVerb<Options>(definition: VerbDefinition<Options>): VerbDefinition<Options> & Verb {
  return { ...definition, invoke: (input, session) => definition.run(definition.parse(input), session) };
}
