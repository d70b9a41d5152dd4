import { type Command, InvalidArgumentError } from 'commander';
import { DEFAULT_DATA_DIR } from '../connection/local-connection.ts';
import { defineVerb } from '../frame/verb.ts';
import type { StartSystem, UpOptions } from '../up/run-up.ts';

const DEFAULT_PORT = 7172;

/** All of Belay in this process. How the services are started is handed in. */
export const upVerb = (start: StartSystem) =>
  defineVerb<UpOptions>({
    path: 'up',
    summary: 'Run all of Belay in this process, with nothing else installed',
    group: 'Run it',
    example: 'up --data-dir /tmp/belay --port 0',
    configure: (command: Command) => {
      command
        .option(
          '--port <n>',
          `of gRPC; the ops server takes the next one and the HTTP door, for detectors, the one behind it; 0: any that are free (${DEFAULT_PORT})`,
          portOf,
        )
        .option('--data-dir <dir>', `where it keeps its data (${DEFAULT_DATA_DIR})`, pathOf)
        .option(
          '--runbooks <path>',
          'a file or folder with runbooks, again for more (those that ship)',
          runbooksOf,
        )
        .option(
          '--policy <file>',
          'a configuration of decision, for its section policy (the defaults)',
          pathOf,
        )
        .option('--otlp-endpoint <url>', 'a trace collector, as http://127.0.0.1:4318 (none)', endpointOf);
    },
    parse: ({ options }) => {
      const { policy, ...given } = options as Partial<UpOptions> & { readonly policy?: string };
      const policyFile = policy === undefined ? {} : { policyFile: policy };
      return { port: DEFAULT_PORT, dataDir: DEFAULT_DATA_DIR, ...given, ...policyFile };
    },
    run: async (options, session) => {
      const { runUp } = await import('../up/run-up.ts');
      return runUp(start, options, session);
    },
  });

export const up = upVerb(async (options) => {
  const { up: start } = await import('../services.ts');
  return start(options);
});

/** Room is left for the ops server and the HTTP door behind it. */
function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_533) return port;
  throw new InvalidArgumentError('Expected a port from 0 to 65533.');
}

/** An empty variable in a script must not become the folder that it is run in. */
function pathOf(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Expected a path.');
}

function runbooksOf(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), pathOf(text)];
}

function endpointOf(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('Expected an http:// or https:// URL.');
}
