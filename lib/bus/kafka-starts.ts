import type { Consumer, IMemberAssignment } from 'kafkajs';
import type { ConsumeOptions } from './bus.ts';
import type { KafkaAdmin } from './kafka-admin.ts';

interface Start {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/**
 * The ends of partitions of which a group that starts at `latest` has no offset yet. kafkajs would jump to
 * the end again, over unread records, whenever an offset is not in the log any more: to it, all groups start
 * at the beginning.
 */
export class KafkaStarts {
  readonly #starts: readonly Start[];
  #mine: readonly Start[] = [];

  constructor(starts: readonly Start[]) {
    this.#starts = starts;
  }

  apply(assignment: IMemberAssignment, consumer: Consumer): void {
    this.#mine = this.#starts.filter(({ topic, partition }) => assignment[topic]?.includes(partition));
    for (const start of this.#mine) consumer.seek(start);
  }

  /** Otherwise whoever comes after a crash before the first commit would begin at a later end. */
  async pin(consumer: Consumer | undefined): Promise<void> {
    if (this.#mine.length > 0) await consumer?.commitOffsets([...this.#mine]).catch(() => {});
  }
}

export async function startsOf(
  options: ConsumeOptions,
  admin: KafkaAdmin,
  prefix: string,
): Promise<KafkaStarts> {
  if (options.startAt !== 'latest') return new KafkaStarts([]);
  const starts = await Promise.all(
    options.topics.map(async (name): Promise<Start[]> => {
      const topic = prefix + name;
      const committed = await admin.committed(prefix + options.group, topic);
      const ends = await admin.offsets(topic);
      return ends
        .filter(({ partition }) => (committed[partition] ?? -1) < 0)
        .map(({ partition, next }) => ({ topic, partition, offset: String(next) }));
    }),
  );
  return new KafkaStarts(starts.flat());
}
