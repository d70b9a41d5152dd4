import type { CommandNode, OptionNode } from '../frame/command-tree.ts';
import { type CompletedCommand, commandsBelow, HELP, PROGRAM } from './commands-below.ts';

/** One `complete` for each command, option and argument, each with the condition under which it is offered. */
export function fishCompletion(tree: CommandNode): string {
  return `# fish completion for ${PROGRAM}: put this as ${PROGRAM}.fish among your fish completions
complete -c ${PROGRAM} -f
${commandsBelow(tree).flatMap(completionsOf).join('\n')}
`;
}

function completionsOf({ path, node }: CompletedCommand): string[] {
  const at = (rest: string) => `complete -c ${PROGRAM} -n ${quote(condition(path, node))} ${rest}`;
  return [
    ...node.children.map(({ name, summary }) => at(`-a ${name} -d ${quote(summary)}`)),
    ...node.args
      .slice(0, 1)
      .filter((choices) => choices.length > 0)
      .map((choices) => at(`-a ${quote(choices.join(' '))}`)),
    ...[...node.options, HELP].map((option) => at(optionRest(option))),
  ];
}

/** The words of the command have been seen, and none of a command below it. */
function condition(path: readonly string[], { children }: CommandNode): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = children.map(({ name }) => name).join(' ');
  const parts = below === '' ? seen : [...seen, `not __fish_seen_subcommand_from ${below}`];
  return parts.join('; and ');
}

function optionRest({ flags, summary, takesValue, choices }: OptionNode): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = choices.length > 0 ? ['-x', `-a ${quote(choices.join(' '))}`] : ['-r', '-F'];
  return [...names, ...(takesValue ? value : []), `-d ${quote(summary)}`].join(' ');
}

const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
