import type { LabServer } from './server.ts';

export interface GroupOptions {
  /** Each member needs those before it: they start one after the other and end the other way round. */
  readonly inOrder?: boolean;
}

/** Several servers as one: what is done to the group is done to each member. */
export function serverGroup(
  name: string,
  endpoint: string,
  members: readonly LabServer[],
  { inOrder = false }: GroupOptions = {},
): LabServer {
  const [first] = members;
  if (first === undefined) throw new Error(`lab: ${name} has no servers`);
  const run = inOrder ? oneByOne : together;
  const backwards = members.toReversed();
  const kill = (signal?: NodeJS.Signals) => run(backwards, (server) => server.kill(signal));
  return {
    name,
    endpoint,
    logFile: first.logFile,
    kill,
    pause: () => members.forEach((server) => server.pause()),
    resume: () => members.forEach((server) => server.resume()),
    async restart() {
      // Those that need others could not end, nor start, while these restart.
      if (inOrder) await kill();
      await run(members, (server) => server.restart());
    },
    async stop() {
      // Members that shut down together wait for each other, for nothing: the data goes too.
      await kill();
      await run(backwards, (server) => server.stop());
    },
  };
}

type Run = (members: readonly LabServer[], action: (server: LabServer) => Promise<void>) => Promise<void>;

/** Waits for all even when one fails, so that no member is left half done. */
const together: Run = async (members, action) => {
  const results = await Promise.allSettled(members.map(action));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
};

const oneByOne: Run = async (members, action) => {
  for (const server of members) await action(server);
};
