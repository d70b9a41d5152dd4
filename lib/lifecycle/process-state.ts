import type { CheckOutcome } from './component.ts';

export type Phase = 'starting' | 'ready' | 'draining' | 'failed';

/**
 * Where this process is in its life: probes read it, signals move it. A part that cannot go on (a crashed
 * consumer) calls `fail`, which ends the process.
 */
export class ProcessState {
  readonly #failed = Promise.withResolvers<unknown>();
  #phase: Phase = 'starting';

  get phase(): Phase {
    return this.#phase;
  }

  /** Resolves with the reason once the process has failed. */
  get failed(): Promise<unknown> {
    return this.#failed.promise;
  }

  /** Nothing leads out of `failed`. */
  moveTo(phase: 'ready' | 'draining'): void {
    if (this.#phase !== 'failed') this.#phase = phase;
  }

  fail(reason: unknown): void {
    this.#phase = 'failed';
    this.#failed.resolve(reason);
  }

  live(): boolean {
    return this.#phase !== 'failed';
  }

  readiness(): CheckOutcome {
    if (this.#phase === 'ready') return { ok: true, detail: 'ready' };
    return { ok: false, detail: this.#phase, fix: FIXES[this.#phase] };
  }
}

const FIXES: Readonly<Record<Exclude<Phase, 'ready'>, string>> = {
  starting: 'wait; if it lasts, the log says what it waits for',
  draining: 'nothing to do: this process ends, another takes over',
  failed: 'the log says why; the process is about to end',
};
