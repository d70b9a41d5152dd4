/**
 * The log, as everything above it sees it. Two adapters keep this contract, on Kafka and on SQLite, and
 * test/contracts/bus.ts is what they are held to: order per key, at-least-once, groups, compaction, replay.
 */

/** Key, value and headers together. Larger records are refused by publish, and set aside when read. */
export const MAX_RECORD_BYTES = 1_048_576;

export interface BusRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | string>>;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Kafka only; the embedded log has one copy. */
  readonly replicationFactor?: number;
  readonly retentionMs: number | 'forever';
  /** Keep the last record of each key instead of a span of time. */
  readonly compact?: boolean;
  /** Dead-letter topics take a full record and the reason for it. */
  readonly maxRecordBytes?: number;
}

export interface TopicState {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number | 'forever';
  readonly compact: boolean;
}

/** Where reading starts: `{ timeMs }` is the first record written at that time or later. */
export type Position =
  | 'earliest'
  | 'latest'
  | { readonly timeMs: number }
  | { readonly offsets: readonly number[] };

/** Some consecutive records of one partition. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly BusRecord[];
  /** The partition belongs to somebody else by now: begin nothing more. */
  isStale(): boolean;
  /** Keeps the membership while the handler is slow. Call at least every third of the session timeout. */
  heartbeat(): Promise<void>;
  /** Everything before `nextOffset` is done. Does nothing once the batch is stale. */
  commit(nextOffset: number): Promise<void>;
}

export interface ConsumeOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Where a group starts that has no offset yet. */
  readonly startAt?: 'earliest' | 'latest';
  readonly sessionTimeoutMs?: number;
  readonly maxBatchRecords?: number;
  /** Partitions handled at the same time. */
  readonly concurrency?: number;
  /**
   * Batches of one partition come one after the other. What is left uncommitted comes again, at the latest
   * to the next member. A rejection is a crash of the consumer.
   */
  readonly onBatch: (batch: Batch) => Promise<void>;
  /** The consumer is dead and will not come back. The process must end. */
  readonly onCrash: (error: Error) => void;
}

export interface Consumption {
  /** Partitions held now, by topic. */
  assigned(): Readonly<Record<string, readonly number[]>>;
  /** Takes no new batch, waits for those in hand, leaves the group. */
  stop(): Promise<void>;
}

export interface FollowOptions {
  readonly topic: string;
  readonly from: Position;
  readonly onRecords: (records: readonly BusRecord[]) => void | Promise<void>;
  readonly onCrash: (error: Error) => void;
}

export interface Following {
  /** Everything that was in the topic when `follow` was called has been handed over. */
  readonly caughtUp: Promise<void>;
  stop(): Promise<void>;
}

export interface PartitionOffsets {
  readonly partition: number;
  readonly earliest: number;
  /** The offset that the next record will get. */
  readonly next: number;
}

export interface Bus {
  /**
   * Resolves when every record is durable, in the order given for each key. One send is under way at a
   * time; what arrives meanwhile goes with the next one. Rejects with a BelayError: `invalid` for a record
   * that can never be written, `unavailable` when the log cannot be reached (it may have been written).
   */
  publish(records: readonly OutgoingRecord[]): Promise<void>;
  /** Joins the group and returns once it has an assignment. */
  consume(options: ConsumeOptions): Promise<Consumption>;
  /** Every record of the topic, for this caller alone: no group, nothing committed. */
  follow(options: FollowOptions): Promise<Following>;
  /** Moves a group that has no members. */
  seek(group: string, topic: string, position: Position): Promise<void>;
  committed(group: string, topic: string): Promise<readonly number[]>;
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  /** Creates what is missing. Existing topics are left as they are. */
  createTopics(specs: readonly TopicSpec[]): Promise<void>;
  /** Undefined where the topic does not exist. */
  describeTopic(name: string): Promise<TopicState | undefined>;
  close(): Promise<void>;
}
