import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Batch, Bus, BusRecord, Consumption, ConsumeOptions } from '#lib/bus/bus.ts';
import { eventually } from '../../support/eventually.ts';

export type Workbench = ReturnType<typeof workbench>;

/** Short ways to say what the cases do, on one log for all of them. */
export function workbench(open: () => Promise<Bus>) {
  let bus: Bus;
  const running: Consumption[] = [];

  beforeAll(async () => {
    bus = await open();
  });
  afterAll(async () => {
    await Promise.all(running.map((c) => c.stop()));
    await bus?.close();
  });

  const newTopic = async (partitions = 3, extra: { compact?: boolean } = {}): Promise<string> => {
    const topic = `t-${randomUUID().slice(0, 8)}`;
    await bus.createTopics([
      { name: topic, partitions, replicationFactor: 1, retentionMs: 7 * DAY_MS, ...extra },
    ]);
    return topic;
  };
  const newGroup = () => `g-${randomUUID().slice(0, 8)}`;
  const send = (topic: string, key: string, value: string | null, headers = {}) =>
    bus.publish([{ topic, key, value: value === null ? null : Buffer.from(value), headers }]);
  const sendMany = (topic: string, pairs: [string, string][]) =>
    bus.publish(pairs.map(([key, value]) => ({ topic, key, value: Buffer.from(value), headers: {} })));
  const consume = async (options: Partial<ConsumeOptions> & Pick<ConsumeOptions, 'topics' | 'onBatch'>) => {
    const consumption = await bus.consume({
      group: newGroup(),
      startAt: 'earliest',
      sessionTimeoutMs: 6_000,
      onCrash: () => {},
      ...options,
    });
    running.push(consumption);
    return consumption;
  };
  /** A member that notes what it saw and commits it. */
  const collector = () => {
    const seen: BusRecord[] = [];
    const onBatch = async (batch: Batch) => {
      seen.push(...batch.records);
      await batch.commit(nextOf(batch));
    };
    return { seen, values: () => seen.map((r) => String(r.value)), onBatch };
  };
  const numbered = (count: number, keys = 5): [string, string][] =>
    Array.from({ length: count }, (_, i) => [`k${i % keys}`, `${i}`]);

  return { bus: () => bus, newTopic, newGroup, send, sendMany, consume, collector, numbered };
}

export const DAY_MS = 86_400_000;

export const nextOf = (batch: Batch): number => (batch.records.at(-1)?.offset ?? -1) + 1;

export const reasonOf = (result: PromiseSettledResult<unknown> | undefined): unknown =>
  result?.status === 'rejected' ? result.reason : undefined;

/** A time that lies behind everything written so far and before everything written next. */
export async function clockTick(): Promise<number> {
  const start = Date.now();
  return eventually(() => {
    const now = Date.now();
    expect(now).toBeGreaterThan(start + 1);
    return now;
  });
}

export function expectOrderPerKey(records: readonly BusRecord[]): void {
  const last = new Map<string, number>();
  for (const record of records) {
    const key = String(record.key);
    const value = Number(String(record.value));
    expect(value).toBeGreaterThan(last.get(key) ?? -1);
    last.set(key, value);
  }
}
