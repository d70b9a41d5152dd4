import type { Bus, OutgoingRecord } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import type { BelayProcess } from '../support/belay-process.ts';
import { outputsFor, TARGET } from './decision-incidents.ts';

/** One or more processes that consume `incident` and write to `decision` and `order.<target>`. */
export class Loop {
  readonly bus: Bus;
  readonly processes: BelayProcess[] = [];

  constructor(bus: Bus) {
    this.bus = bus;
  }

  /** Incidents a second, of a backlog that was written while the processes stood still. */
  async rate(records: readonly OutgoingRecord[]): Promise<number> {
    for (const child of this.processes) child.pause();
    const target = (await this.#written()) + outputsFor(records);
    for (let from = 0; from < records.length; from += 1_000)
      await this.bus.publish(records.slice(from, from + 1_000));
    const started = performance.now();
    for (const child of this.processes) child.resume();
    await this.#until(target);
    return (records.length / (performance.now() - started)) * 1_000;
  }

  /** Returns when all of them are through. */
  async handle(records: readonly OutgoingRecord[]): Promise<void> {
    const target = (await this.#written()) + outputsFor(records);
    await this.bus.publish(records);
    await this.#until(target);
  }

  async #until(written: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while ((await this.#written()) < written) {
      if (performance.now() > deadline)
        throw new Error(`it stands still, or does not grant what it should: ${this.processes[0]?.output()}`);
      await systemClock.sleep(LOOK_EVERY_MS);
    }
  }

  async #written(): Promise<number> {
    const topics = ['decision', orderTopic(TARGET)];
    const partitions = await Promise.all(topics.map((topic) => this.bus.offsets(topic)));
    return partitions.flat().reduce((sum, { next }) => sum + next, 0);
  }
}

const LOOK_EVERY_MS = 10;
const PATIENCE_MS = 60_000;
