import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { CommandNode } from '../frame/command-tree.ts';
import { exitCodes } from '../frame/exit-codes.ts';
import { defineVerb } from '../frame/verb.ts';

const SCRIPTS: Readonly<Record<string, (tree: CommandNode) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export const completion = defineVerb<{ readonly shell: string }>({
  path: 'completion',
  summary: 'Print a script that completes commands in your shell',
  group: 'This command',
  example: 'completion bash > ~/.local/share/bash-completion/completions/belay',
  configure: (command: Command) => {
    command.addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SCRIPTS)));
  },
  parse: ({ args }) => ({ shell: args[0] ?? '' }),
  run: async ({ shell }, { commands, write }) => {
    write(SCRIPTS[shell]?.(await commands()) ?? '');
    return exitCodes.done;
  },
});
