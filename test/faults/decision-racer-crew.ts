import { fork } from 'node:child_process';
import type { RaceAnswer, RaceReply, RaceTask } from './decision-racer.ts';

export interface Crew {
  readonly size: number;
  /** One task for each of the processes, all at the same time. */
  together(taskOf: (process: number) => RaceTask): Promise<RaceAnswer[]>;
  one(process: number, task: RaceTask): Promise<void>;
  stop(): void;
}

type Tell = (task: RaceTask) => Promise<readonly RaceAnswer[]>;

/** Processes with connections of their own to one Redis. */
export function startCrew(size: number, redisUrl: string): Crew {
  const racers = Array.from({ length: size }, () => startRacer(redisUrl));
  const tell: Tell[] = racers.map((racer) => racer.tell);
  return {
    size,
    together: async (taskOf) => (await Promise.all(tell.map((one, process) => one(taskOf(process))))).flat(),
    one: async (process, task) => void (await tell[process]?.(task)),
    stop: () => racers.forEach((racer) => racer.stop()),
  };
}

/** Has one task at a time. */
function startRacer(redisUrl: string): { readonly tell: Tell; stop(): void } {
  const script = new URL('./decision-racer.ts', import.meta.url).pathname;
  const racer = fork(script, [redisUrl]);
  process.once('exit', () => racer.kill('SIGKILL'));
  let waiting = Promise.withResolvers<RaceReply>();
  racer.on('message', (reply: RaceReply) => waiting.resolve(reply));
  racer.on('exit', () => waiting.resolve({ problem: 'it ended' }));
  return {
    tell: async (task) => {
      waiting = Promise.withResolvers();
      racer.send(task);
      const reply = await waiting.promise;
      if ('problem' in reply) throw new Error(`a racer could not: ${reply.problem}`);
      return reply.answers;
    },
    stop: () => void racer.kill('SIGKILL'),
  };
}
