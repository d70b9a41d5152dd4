import type { Command } from 'commander';
import { defineVerb } from '../frame/verb.ts';

export interface DemoOptions {
  readonly incidents: readonly string[];
}

export const demo = defineVerb<DemoOptions>({
  path: 'demo',
  summary: 'Play an incident on the sandbox cluster; exit 0 only if it was fixed and verified',
  group: 'Run it',
  example: 'demo INC001',
  configure: (command: Command) => {
    command.argument('[incident...]', 'which one: INC001');
  },
  parse: ({ args }) => ({ incidents: args.length > 0 ? args : ['INC001'] }),
  run: async ({ incidents }, session) => {
    const { runDemo } = await import('../demo/run-demo.ts');
    return runDemo(incidents, session);
  },
});
