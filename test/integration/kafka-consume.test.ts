import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '#lib/bus/bus.ts';
import { type LabKafka, startKafka } from '../lab/kafka.ts';
import { deferred, eventually } from '../support/eventually.ts';
import {
  KafkaWorld,
  newTopic,
  nextOf,
  numberOf,
  numbers,
  publishNumbers,
  startMember,
  uniqueName,
} from './kafka-world.ts';

let kafka: LabKafka;
let world: KafkaWorld;

beforeAll(async () => {
  kafka = await startKafka();
  world = new KafkaWorld(kafka);
});
afterAll(() => world?.close());

describe('a member whose partition goes elsewhere', () => {
  it('that is slow hears of it, finishes, may commit, and nothing is skipped', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 2 });
    const group = uniqueName('group');
    await publishNumbers(bus, topic, numbers(0, 40));
    const begun = deferred();
    const seen: number[] = [];
    let slow = true;
    const crashes: Error[] = [];
    const member = await bus.consume({
      group,
      topics: [topic],
      sessionTimeoutMs: 6_000,
      onCrash: (error) => void crashes.push(error),
      onBatch: async (batch) => {
        begun.resolve();
        if (slow) await untilStale(batch);
        seen.push(...batch.records.map(numberOf));
        await batch.commit(nextOf(batch));
      },
    });
    await begun.promise;
    const other = await startMember(bus, { group, topics: [topic] });
    slow = false;
    await publishNumbers(bus, topic, numbers(40, 40));
    await eventually(
      () => expect(new Set([...seen, ...other.seen])).toEqual(new Set(numbers(0, 80))),
      20_000,
    );
    expect(member.assigned()[topic]).toHaveLength(1);
    expect([...crashes, ...other.crashes]).toEqual([]);
    // Committed while the group was waiting for this member: nobody has had it a second time.
    expect([...seen, ...other.seen]).toHaveLength(80);
    await Promise.all([member.stop(), other.consumption.stop()]);
  });

  it('that does not heartbeat is replaced, and its late commit changes nothing', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const group = uniqueName('group');
    await publishNumbers(bus, topic, numbers(0, 5));
    const held = deferred<Batch>();
    const release = deferred();
    const member = await bus.consume({
      group,
      topics: [topic],
      sessionTimeoutMs: 6_000,
      onCrash: () => {},
      onBatch: async (batch) => {
        held.resolve(batch);
        await release.promise;
      },
    });
    const batch = await held.promise;
    await eventually(() => expect(batch.isStale()).toBe(true), 10_000);
    const other = await startMember(bus, { group, topics: [topic] });
    await eventually(() => expect(other.seen).toEqual(numbers(0, 5)), 20_000);
    await batch.commit(2);
    expect(await bus.committed(group, topic)).toEqual([5]);
    release.resolve();
    await Promise.all([member.stop(), other.consumption.stop()]);
  });

  it('that was stopped beyond its session comes back stale, joins again, and skips nothing', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 2 });
    const group = uniqueName('group');
    const worker = startWorker(group, topic);
    try {
      await eventually(() => expect(worker.said('ready')).toHaveLength(1), 20_000);
      await publishNumbers(bus, topic, [0]);
      await eventually(() => expect(worker.said('begun')).toEqual([[0]]));
      worker.child.kill('SIGSTOP');
      const other = await startMember(bus, { group, topics: [topic] });
      await publishNumbers(bus, topic, numbers(1, 20));
      await eventually(() => expect(other.seen.toSorted((a, b) => a - b)).toEqual(numbers(0, 21)), 30_000);
      worker.child.kill('SIGCONT');
      await eventually(() => expect(worker.said('stale')).toEqual([true]));
      await eventually(() => expect(other.consumption.assigned()[topic]).toHaveLength(1), 20_000);
      await publishNumbers(bus, topic, numbers(21, 40));
      await eventually(() => {
        const handled = [...other.seen, ...worker.said('values').flat()];
        expect(new Set(handled)).toEqual(new Set(numbers(0, 61)));
        expect(worker.said('values').flat().length).toBeGreaterThan(1);
      }, 20_000);
      expect(worker.said('crash')).toEqual([]);
      // Neither kafkajs nor Node, of its timers, says anything that was not asked for.
      expect(worker.complaints()).toBe('');
      await other.consumption.stop();
    } finally {
      worker.child.kill('SIGKILL');
    }
  });

  it('that stops gives it to the others at once', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 2 });
    const group = uniqueName('group');
    const [first, second] = [
      await startMember(bus, { group, topics: [topic] }),
      await startMember(bus, { group, topics: [topic] }),
    ];
    await eventually(() => expect(second.consumption.assigned()[topic]).toHaveLength(1));
    const started = performance.now();
    await first.consumption.stop();
    await eventually(() => expect(second.consumption.assigned()[topic]).toHaveLength(2));
    // Well below the session timeout.
    expect(performance.now() - started).toBeLessThan(3_000);
    await second.consumption.stop();
  });
});

describe('a member that can go on no more', () => {
  it('is gone after its handler has failed, says so once, and calls no handler again', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 3 });
    const group = uniqueName('group');
    await publishNumbers(bus, topic, numbers(0, 60));
    let calls = 0;
    const member = await startMember(bus, {
      group,
      topics: [topic],
      concurrency: 3,
      onBatch: async () => {
        calls += 1;
        throw new Error('broken');
      },
    });
    await eventually(() => expect(member.crashes).toHaveLength(1));
    const callsAtCrash = calls;
    const next = await startMember(bus, { group, topics: [topic] });
    await eventually(() => expect(new Set(next.seen).size).toBe(60));
    await publishNumbers(bus, topic, numbers(60, 60));
    await eventually(() => expect(new Set(next.seen).size).toBe(120));
    expect(calls).toBe(callsAtCrash);
    expect(member.crashes).toHaveLength(1);
    await next.consumption.stop();
  });

  it('says that its topic was deleted', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const member = await startMember(bus, { group: uniqueName('group'), topics: [topic] });
    await world
      .foreign()
      .admin()
      .deleteTopics({ topics: [topic] });
    await eventually(
      () => expect(member.crashes).toMatchObject([{ kind: 'not_found', code: 'UNKNOWN_TOPIC' }]),
      20_000,
    );
    expect(String(member.crashes[0])).toContain(topic);
  });

  it('says that its topic was made anew, instead of waiting for an offset that is far away', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    await publishNumbers(bus, topic, numbers(0, 30));
    const member = await startMember(bus, { group: uniqueName('group'), topics: [topic] });
    await eventually(() => expect(member.seen).toHaveLength(30));
    await world
      .foreign()
      .admin()
      .deleteTopics({ topics: [topic] });
    await bus.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, retentionMs: 'forever' }]);
    await eventually(() => publishNumbers(bus, topic, [99]));
    await eventually(() => expect(member.crashes).toHaveLength(1), 20_000);
    expect(member.crashes[0]).toMatchObject({ code: expect.stringMatching(/LOG_REPLACED|UNKNOWN_TOPIC/) });
    expect(member.seen).toHaveLength(30);
  });
});

describe('a group', () => {
  it('goes on at the first record that is left when retention was faster, also one that began at the end', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const group = uniqueName('group');
    const start = () => startMember(bus, { group, topics: [topic], startAt: 'latest' });
    await (await start()).consumption.stop();
    await publishNumbers(bus, topic, numbers(0, 10));
    await deleteBefore(topic, 6);
    const member = await start();
    await eventually(() => expect(member.seen).toEqual(numbers(6, 4)));
    await member.consumption.stop();
  });

  it('that begins at the end gets all that was written after its first member began', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const group = uniqueName('group');
    await publishNumbers(bus, topic, [1]);
    const start = () => startMember(bus, { group, topics: [topic], startAt: 'latest' });
    await (await start()).consumption.stop();
    await publishNumbers(bus, topic, [2]);
    const member = await start();
    await eventually(() => expect(member.seen).toEqual([2]));
    await member.consumption.stop();
  });

  it('has two members in one bus, which do not read each other offsets', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus, { partitions: 4 });
    const group = uniqueName('group');
    await publishNumbers(bus, topic, numbers(0, 100));
    const members = [
      await startMember(bus, { group, topics: [topic] }),
      await startMember(bus, { group, topics: [topic] }),
    ];
    await eventually(() => expect(members[1]?.consumption.assigned()[topic]).toHaveLength(2));
    await publishNumbers(bus, topic, numbers(100, 100));
    await eventually(() => {
      const seen = members.flatMap((member) => member.seen);
      expect(new Set(seen)).toEqual(new Set(numbers(0, 200)));
    });
    const committed = (await bus.committed(group, topic)).map((offset) => Math.max(offset, 0));
    expect(committed).toEqual((await bus.offsets(topic)).map(({ next }) => next));
    await Promise.all(members.map((member) => member.consumption.stop()));
  });

  it('is not moved while it has members', async () => {
    const bus = await world.open();
    const topic = await newTopic(bus);
    const group = uniqueName('group');
    const member = await startMember(bus, { group, topics: [topic] });
    await expect(bus.seek(group, topic, 'latest')).rejects.toMatchObject({
      kind: 'conflict',
      code: 'GROUP_HAS_MEMBERS',
    });
    await member.consumption.stop();
    await expect(bus.seek(group, topic, { offsets: [1] })).rejects.toMatchObject({
      code: 'INVALID_POSITION',
    });
    await bus.seek(group, topic, 'latest');
    expect(await bus.committed(group, topic)).toEqual([0]);
  });
});

/** Slow but alive, until it hears that others wait for its partition. */
async function untilStale(batch: Batch): Promise<void> {
  await eventually(async () => {
    await batch.heartbeat();
    expect(batch.isStale()).toBe(true);
  }, 20_000);
}

async function deleteBefore(topic: string, offset: number): Promise<void> {
  const admin = world.foreign().admin();
  // kafkajs wants to have heard of the topic.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  await admin.disconnect();
}

function startWorker(group: string, topic: string) {
  const script = fileURLToPath(new URL('./kafka-worker.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, kafka.endpoint, group, topic], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr?.on('data', (data: Buffer) => (complaints += data.toString()));
  const lines: Record<string, unknown>[] = [];
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    });
  }
  return {
    child,
    complaints: () => complaints,
    said: (what: string) => lines.filter((line) => what in line).map((line) => line[what] as never),
  };
}
