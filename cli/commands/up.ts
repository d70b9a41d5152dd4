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
          `of gRPC; the ops server takes the next one; 0: any that are free (${DEFAULT_PORT})`,
          portOf,
        )
        .option('--data-dir <dir>', `where it keeps its data (${DEFAULT_DATA_DIR})`)
        .option('--otlp-endpoint <url>', 'a trace collector, as http://127.0.0.1:4318 (none)', endpointOf);
    },
    parse: ({ options }) => {
      return { port: DEFAULT_PORT, dataDir: DEFAULT_DATA_DIR, ...(options as Partial<UpOptions>) };
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

/** Room is left for the ops server behind it. */
function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_534) return port;
  throw new InvalidArgumentError('Expected a port from 0 to 65534.');
}

function endpointOf(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('Expected an http:// or https:// URL.');
}
