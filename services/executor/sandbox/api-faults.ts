import type { Clock } from '#lib/clock.ts';

export type FaultEffect =
  /** Done, and then the connection breaks. */
  | { readonly effect: 'answer-lost' }
  /** Done at once, answered late. */
  | { readonly effect: 'answer-delayed'; readonly delayMs: number }
  /** Not done. */
  | { readonly effect: 'error' }
  /** Not done, and the connection breaks. */
  | { readonly effect: 'reset' };

export type ApiFault = FaultEffect & {
  /** All of them unless given. */
  readonly verb?: string;
  /** A plural, or a path such as /version. */
  readonly resource?: string;
  /** For how many requests; until it is lifted unless given. */
  readonly times?: number;
};

export class ApiFaults {
  readonly #stopped = new AbortController();
  #active: { fault: ApiFault; left: number; lifted: AbortController }[] = [];

  /** Returns the way to lift it; answers that it delays then go out at once. */
  add(fault: ApiFault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY, lifted: new AbortController() };
    this.#active.push(entry);
    return () => {
      this.#active = this.#active.filter((other) => other !== entry);
      entry.lifted.abort();
    };
  }

  /** The oldest fault that this request meets; it counts as one of its times. */
  take(verb: string, resource: string): { fault: FaultEffect; lifted: AbortSignal } | undefined {
    const met = this.#active.find(
      ({ fault }) => (fault.verb ?? verb) === verb && (fault.resource ?? resource) === resource,
    );
    if (!met) return undefined;
    met.left -= 1;
    if (met.left <= 0) this.#active = this.#active.filter((other) => other !== met);
    return { fault: met.fault, lifted: AbortSignal.any([met.lifted.signal, this.#stopped.signal]) };
  }

  /** For so long nobody is answered. */
  async outage(clock: Clock, ms: number): Promise<void> {
    const lift = this.add({ effect: 'reset' });
    await clock.sleep(ms, this.#stopped.signal);
    lift();
  }

  /** No fault meets a request from now on, and what waits waits no longer. */
  stop(): void {
    this.#active = [];
    this.#stopped.abort();
  }
}
