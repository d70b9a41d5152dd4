import type { Argument, Command, Option } from 'commander';

/** The commands as data: what completion scripts are made from. */
export interface CommandNode {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionNode[];
  /** For each argument, what it may be; none when it may be anything. */
  readonly args: readonly (readonly string[])[];
  readonly children: readonly CommandNode[];
}

export interface OptionNode {
  /** `-o` and `--output`. */
  readonly flags: readonly string[];
  readonly summary: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export function commandTree(command: Command): CommandNode {
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    options: command.options.map(optionNode),
    args: command.registeredArguments.map(({ argChoices }: Argument) => argChoices ?? []),
    children: command.commands.map(commandTree),
  };
}

function optionNode(option: Option): OptionNode {
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    summary: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  };
}
