import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

const PROBE = new URL('./decision-probe.ts', import.meta.url).pathname;

/** Asks the process that was started with its environment what nobody can see from outside. */
export class Probe {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  get env(): NodeJS.ProcessEnv {
    return { NODE_OPTIONS: `--expose-gc --import ${PROBE}`, BENCH_PROBE: this.#socket };
  }

  /** Resident after a collection of garbage. */
  async residentMb(): Promise<number> {
    return Number(await this.#ask('memory')) / 1_048_576;
  }

  /** What the processor does while `run` runs. */
  async profile(run: () => Promise<unknown>): Promise<CpuProfile> {
    await this.#ask('profile');
    await run();
    return JSON.parse(await this.#ask('profile')) as CpuProfile;
  }

  #ask(question: string): Promise<string> {
    const socket = connect(this.#socket);
    socket.end(question);
    return text(socket);
  }
}

/** As V8 writes it. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
}
