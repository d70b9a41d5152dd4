import { Argument, type Command } from 'commander';
import { defineVerb } from '../frame/verb.ts';
import { serviceNames } from '../service-names.ts';

type ServiceName = (typeof serviceNames)[number];

export interface ServeOptions {
  readonly service: ServiceName;
  readonly file: string;
}

export const serve = defineVerb<ServeOptions>({
  path: 'serve',
  summary: 'Run one service until a signal ends it',
  group: 'Run it',
  example: 'serve decision --config decision.yaml',
  configure: (command: Command) => {
    command
      .addArgument(new Argument('<service>', 'which one').choices(serviceNames))
      .requiredOption('--config <file>', 'its configuration; BELAY_ variables win over the file');
  },
  parse: ({ args, options }) => ({
    service: args[0] as ServiceName,
    file: options['config'] as string,
  }),
  run: async ({ service, file }, { env }) => {
    const { serveService } = await import('../services.ts');
    return serveService(service, { file, env });
  },
});
