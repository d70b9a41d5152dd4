import type { ITopicConfig } from 'kafkajs';
import type { TopicSpec, TopicState } from './bus.ts';
import { maxMessageBytes } from './kafka-records.ts';

export interface KafkaTopicState extends TopicState {
  /** `uncompressed` for topics of ours; `producer` keeps what foreign producers send, in whatever codec. */
  readonly compression: string;
  readonly maxMessageBytes: number;
}

const RETENTION = 'retention.ms';
const CLEANUP = 'cleanup.policy';
const COMPRESSION = 'compression.type';
const MAX_BYTES = 'max.message.bytes';

/** What a topic is judged by. */
export const TOPIC_SETTINGS = [RETENTION, CLEANUP, COMPRESSION, MAX_BYTES] as const;

export function toTopicConfig(spec: TopicSpec): ITopicConfig {
  const settings: Record<string, string> = {
    [RETENTION]: spec.retentionMs === 'forever' ? '-1' : String(spec.retentionMs),
    [CLEANUP]: spec.compact ? 'compact' : 'delete',
    // The broker stores what foreign producers compress as it is when it is read: its size is known before it
    // is accepted, and no reader needs a codec.
    [COMPRESSION]: 'uncompressed',
    [MAX_BYTES]: String(maxMessageBytes(spec.maxRecordBytes)),
    // One clock, the broker's, for where a time is in the log.
    'message.timestamp.type': 'LogAppendTime',
    ...(spec.compact && COMPACT_SOON),
    ...((spec.replicationFactor ?? 1) > 2 && { 'min.insync.replicas': '2' }),
  };
  return {
    topic: spec.name,
    numPartitions: spec.partitions,
    replicationFactor: spec.replicationFactor ?? -1,
    configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
  };
}

/** Whoever reads from the beginning reads what is not compacted yet; the segment in use never is. */
const COMPACT_SOON = { 'segment.ms': '600000', 'min.cleanable.dirty.ratio': '0.1' };

export function toTopicState(
  name: string,
  partitions: number,
  settings: ReadonlyMap<string, string>,
): KafkaTopicState {
  const retention = settings.get(RETENTION);
  return {
    name,
    partitions,
    retentionMs: retention === '-1' ? 'forever' : Number(retention),
    compact: (settings.get(CLEANUP) ?? '').split(',').includes('compact'),
    compression: settings.get(COMPRESSION) ?? '',
    maxMessageBytes: Number(settings.get(MAX_BYTES)),
  };
}
