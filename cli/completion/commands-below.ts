import type { CommandNode, OptionNode } from '../frame/command-tree.ts';

export interface CompletedCommand {
  /** Without the name of the program: empty for the program itself. */
  readonly path: readonly string[];
  readonly node: CommandNode;
}

/** The program and every command below it. */
export function commandsBelow(node: CommandNode, path: readonly string[] = []): CompletedCommand[] {
  return [{ path, node }, ...node.children.flatMap((child) => commandsBelow(child, [...path, child.name]))];
}

/** Each shell knows the command under this name, however it was started to print the script. */
export const PROGRAM = 'belay';

export const HELP: OptionNode = {
  flags: ['-h', '--help'],
  summary: 'print help',
  takesValue: false,
  choices: [],
};
