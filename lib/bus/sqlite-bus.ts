import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type {
  Bus,
  ConsumeOptions,
  Consumption,
  Following,
  FollowOptions,
  OutgoingRecord,
  PartitionOffsets,
  Position,
  TopicSpec,
  TopicState,
} from './bus.ts';
import { SqliteConsumer } from './sqlite-consumer.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { SqliteFollower } from './sqlite-follower.ts';
import { SqliteGroup } from './sqlite-group.ts';
import { SqliteLog } from './sqlite-log.ts';
import { SqliteMaintenance } from './sqlite-maintenance.ts';
import { resolvePosition } from './sqlite-positions.ts';
import { toRow } from './sqlite-record.ts';
import type { Topic } from './sqlite-topics.ts';
import { SqliteWriter } from './sqlite-writer.ts';

export interface SqliteBusOptions {
  /** `:memory:` keeps nothing. */
  readonly file: string;
  readonly clock: Clock;
  /** Retention or compaction failed, and will be tried again. */
  readonly onMaintenanceError?: (error: unknown) => void;
}

export async function openSqliteBus(options: SqliteBusOptions): Promise<SqliteBus> {
  return new SqliteBus(options);
}

/** The log of one process, in one file that no other process can open meanwhile. */
export class SqliteBus implements Bus {
  readonly #log: SqliteLog;
  readonly #writer: SqliteWriter;
  readonly #clock: Clock;
  readonly #maintenance: SqliteMaintenance;
  readonly #groups = new Map<string, SqliteGroup>();
  readonly #readers = new Set<Reader>();
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closed: Promise<void> | undefined;

  constructor({ file, clock, onMaintenanceError = () => {} }: SqliteBusOptions) {
    this.#clock = clock;
    this.#log = new SqliteLog(openSqliteFile(file), file);
    this.#writer = new SqliteWriter(this.#log, clock);
    this.#maintenance = new SqliteMaintenance({ log: this.#log, clock, onError: onMaintenanceError });
  }

  /** While the bus closes it still takes what the handlers in hand have to say. */
  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    this.#ensureNotClosed();
    const rows = records.map((record) => toRow(this.#log.topic(record.topic), record));
    if (rows.length > 0) await this.#writer.append(rows);
  }

  async consume(options: ConsumeOptions): Promise<Consumption> {
    this.#ensureOpen();
    const group = this.#group(options.group);
    const consumer = new SqliteConsumer(
      { log: this.#log, writer: this.#writer, clock: this.#clock, group },
      options,
    );
    // Written down at once: whoever comes after a crash before the first commit must not begin at a later end.
    if (options.startAt === 'latest') this.#pinEnds(group.name, consumer.topics);
    this.#readers.add(consumer);
    await consumer.start();
    return { assigned: () => consumer.assigned(), stop: () => this.#stop(consumer) };
  }

  async follow(options: FollowOptions): Promise<Following> {
    this.#ensureOpen();
    const offsets = await resolvePosition(this.#log, this.#log.topic(options.topic), options.from);
    this.#ensureOpen();
    const follower = new SqliteFollower(this.#log, options, offsets);
    this.#readers.add(follower);
    return { caughtUp: follower.caughtUp, stop: () => this.#stop(follower) };
  }

  async seek(group: string, topicName: string, position: Position): Promise<void> {
    this.#ensureNotClosed();
    const topic = this.#log.topic(topicName);
    const offsets = await resolvePosition(this.#log, topic, position);
    this.#ensureNotClosed();
    if (this.#groups.get(group)?.hasMembers()) throw groupInUse(group);
    const commits = topic.partitions.map((partition, i) => ({
      group,
      partition,
      nextOffset: offsets[i] ?? 0,
    }));
    this.#log.write([], commits, this.#clock.now());
  }

  /** -1 where the group has no offset. */
  async committed(group: string, topic: string): Promise<readonly number[]> {
    return this.#log.topic(topic).partitions.map((partition) => partition.committed.get(group) ?? -1);
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    this.#ensureNotClosed();
    return this.#log.topic(topic).partitions.map((partition) => ({
      partition: partition.number,
      earliest: this.#log.earliestOffset(partition),
      next: partition.nextOffset,
    }));
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<void> {
    this.#ensureNotClosed();
    this.#log.createTopics(specs);
  }

  async describeTopic(name: string): Promise<TopicState | undefined> {
    const topic = this.#log.findTopic(name);
    if (!topic) return undefined;
    const { partitions, retentionMs, compact } = topic;
    return { name, partitions: partitions.length, retentionMs, compact };
  }

  /** Retention and compaction now, besides the timer. */
  async maintain(): Promise<void> {
    this.#ensureOpen();
    await this.#maintenance.run();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#state = 'closing';
    await Promise.all([...this.#readers].map((reader) => reader.stop()));
    await this.#maintenance.stop();
    this.#writer.flush();
    this.#state = 'closed';
    this.#log.close();
  }

  async #stop(reader: Reader): Promise<void> {
    await reader.stop();
    this.#readers.delete(reader);
  }

  #pinEnds(group: string, topics: Iterable<Topic>): void {
    const fresh = [...topics].flatMap((t) => t.partitions).filter((p) => !p.committed.has(group));
    const ends = fresh.map((partition) => ({ group, partition, nextOffset: partition.nextOffset }));
    if (ends.length > 0) this.#log.write([], ends, this.#clock.now());
  }

  #group(name: string): SqliteGroup {
    const group = this.#groups.get(name) ?? new SqliteGroup(name, this.#clock);
    this.#groups.set(name, group);
    return group;
  }

  #ensureOpen(): void {
    if (this.#state !== 'open') throw closed();
  }

  #ensureNotClosed(): void {
    if (this.#state === 'closed') throw closed();
  }
}

interface Reader {
  stop(): Promise<void>;
}

const closed = () => new BelayError('unavailable', 'the bus is closed', { code: 'BUS_CLOSED' });

const groupInUse = (group: string) =>
  new BelayError('conflict', `group ${group} has members`, {
    code: 'GROUP_IN_USE',
    field: 'group',
    next: 'stop its consumers first',
  });
