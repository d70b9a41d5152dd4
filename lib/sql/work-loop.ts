import { backoffMs } from '#lib/backoff.ts';
import type { Clock } from '#lib/clock.ts';

export interface WorkLoopOptions {
  readonly clock: Clock;
  /** Does what there is to do and says how long to rest, unless poked before. */
  readonly step: (stopping: AbortSignal) => Promise<number>;
  readonly onError: (error: unknown) => void;
}

const firstBackoffMs = 250;
const longestBackoffMs = 30_000;

/** One step after the other, with rests that a poke ends and that grow while steps fail. */
export class WorkLoop {
  readonly #options: WorkLoopOptions;
  readonly #stopping = new AbortController();
  #rest = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: WorkLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** There is something to do. Also heard by a step that is under way, which may have looked before. */
  poke(): void {
    this.#rest.abort();
  }

  /** Resolves when the step in hand is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#rest.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, step, onError } = this.#options;
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      this.#rest = new AbortController();
      try {
        const restMs = await step(this.#stopping.signal);
        failures = 0;
        await clock.sleep(restMs, this.#rest.signal);
      } catch (error) {
        failures += 1;
        onError(error);
        // Pokes do not shorten it: they come with every new row, and what is down would get no rest.
        await clock.sleep(backoffMs(failures, firstBackoffMs, longestBackoffMs), this.#stopping.signal);
      }
    }
  }
}
