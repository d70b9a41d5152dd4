import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { Batch, Consumption } from './bus.ts';
import { openSqliteBus, type SqliteBus } from './sqlite-bus.ts';

/** What a handler does with a batch. */
type Behaviour = 'all' | 'some' | 'none' | 'throw' | 'slow';
type Action =
  | { readonly kind: 'publish'; readonly keys: readonly string[] }
  | { readonly kind: 'join'; readonly behaviours: readonly Behaviour[] }
  | { readonly kind: 'leave' | 'restart' | 'turn' };

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('publish' as const),
    keys: fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constant('join' as const),
    behaviours: fc.array(fc.constantFrom<Behaviour>('all', 'some', 'none', 'throw', 'slow'), {
      maxLength: 6,
    }),
  }),
  fc.record({ kind: fc.constantFrom('leave' as const, 'restart' as const, 'turn' as const) }),
);

describe('SqliteBus, whatever its users do', () => {
  it('hands over every record of a key at least once, none before the one that went before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
        const world = await World.open();
        try {
          for (const each of actions) await world.run(each);
          await world.expectAllSeen();
        } finally {
          await world.end();
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** A bus, its members, and what they have seen. The values of a key count up. */
class World {
  readonly #folder = mkdtempSync(join(tmpdir(), 'belay-sqlite-property-'));
  #bus!: SqliteBus;
  #members: Consumption[] = [];
  readonly #published = new Map<string, number>();
  readonly #seen = new Map<string, number>();
  /** Asserting in a handler would only crash its member. */
  readonly #wrong: string[] = [];

  static async open(): Promise<World> {
    const world = new World();
    await world.#reopen();
    await world.#bus.createTopics([{ name: 't', partitions: 3, retentionMs: 'forever' }]);
    return world;
  }

  async run(action: Action): Promise<void> {
    if (action.kind === 'publish') return this.#publish(action.keys);
    if (action.kind === 'join') return this.#join(action.behaviours);
    if (action.kind === 'leave') return this.#members.shift()?.stop();
    if (action.kind === 'turn') return new Promise((resolve) => setImmediate(resolve));
    await this.#bus.close();
    await this.#reopen();
  }

  async expectAllSeen(): Promise<void> {
    await this.#join(['all']);
    await eventually(() => expect(this.#seen).toEqual(this.#published));
    expect(this.#wrong).toEqual([]);
  }

  async end(): Promise<void> {
    await this.#bus.close();
    rmSync(this.#folder, { recursive: true });
  }

  async #reopen(): Promise<void> {
    this.#members = [];
    this.#bus = await openSqliteBus({ file: join(this.#folder, 'bus.db'), clock: systemClock });
  }

  async #publish(keys: readonly string[]): Promise<void> {
    const records = keys.map((key) => {
      const count = (this.#published.get(key) ?? 0) + 1;
      this.#published.set(key, count);
      return { topic: 't', key, value: Buffer.from(`${count}`), headers: {} };
    });
    const half = Math.ceil(records.length / 2);
    await Promise.all([this.#bus.publish(records.slice(0, half)), this.#bus.publish(records.slice(half))]);
  }

  async #join(behaviours: readonly Behaviour[]): Promise<void> {
    let turn = 0;
    const next = (): Behaviour => behaviours[turn++] ?? 'all';
    this.#members.push(
      await this.#bus.consume({
        group: 'g',
        topics: ['t'],
        startAt: 'earliest',
        maxBatchRecords: 4,
        concurrency: 2,
        onBatch: (batch) => this.#handle(batch, next()),
        onCrash: () => {},
      }),
    );
  }

  async #handle(batch: Batch, behaviour: Behaviour): Promise<void> {
    const [first, last] = [batch.records[0]?.offset ?? 0, batch.records.at(-1)?.offset ?? 0];
    const committed = (await this.#bus.committed('g', 't'))[batch.partition] ?? -1;
    if (first < committed) this.#wrong.push(`${first} came again after ${committed} was committed`);
    for (const { key, value } of batch.records) this.#see(String(key), Number(String(value)));
    if (behaviour === 'throw') throw new Error('broken');
    if (behaviour === 'slow') await new Promise((resolve) => setTimeout(resolve, 2));
    if (behaviour === 'some') await batch.commit(first + 1);
    if (behaviour === 'all' || behaviour === 'slow') await batch.commit(last + 1);
  }

  #see(key: string, count: number): void {
    const before = this.#seen.get(key) ?? 0;
    if (count > before + 1) this.#wrong.push(`${count} of ${key} came after ${before}`);
    this.#seen.set(key, Math.max(before, count));
  }
}
