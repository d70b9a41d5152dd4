import { BelayError } from '#lib/errors.ts';
import type { KafkaAdmin } from './kafka-admin.ts';
import { maxMessageBytes } from './kafka-records.ts';

interface InTopic {
  readonly topic: string;
}

/** What a publisher must know of the topics it writes to. Asked once for each. */
export class KafkaTopics {
  readonly #admin: KafkaAdmin;
  readonly #prefix: string;
  readonly #maxMessageBytes = new Map<string, number>();

  constructor(admin: KafkaAdmin, prefix: string) {
    this.#admin = admin;
    this.#prefix = prefix;
  }

  /** The name that Kafka knows. */
  wireName(topic: string): string {
    return this.#prefix + topic;
  }

  maxMessageBytes(topic: string): number {
    return this.#maxMessageBytes.get(topic) ?? maxMessageBytes();
  }

  knows(records: readonly InTopic[]): boolean {
    return records.every(({ topic }) => this.#maxMessageBytes.has(topic));
  }

  /** Fails where one of the topics does not exist. */
  async learn(records: readonly InTopic[]): Promise<void> {
    if (this.knows(records)) return;
    const unknown = namesOf(records).filter((topic) => !this.#maxMessageBytes.has(topic));
    await Promise.all(
      unknown.map(async (topic) =>
        this.#maxMessageBytes.set(topic, await this.#limitOf(this.wireName(topic))),
      ),
    );
  }

  /** They may have been deleted since. */
  forget(records: readonly InTopic[]): void {
    for (const topic of namesOf(records)) this.#maxMessageBytes.delete(topic);
  }

  async #limitOf(name: string): Promise<number> {
    try {
      return (await this.#admin.describeTopic(name)).maxMessageBytes;
    } catch (error) {
      if (!(error instanceof BelayError) || error.kind !== 'forbidden') throw error;
      // Writing without the right to read settings: the broker will say what is too large.
      await this.#admin.partitions(name);
      return maxMessageBytes();
    }
  }
}

const namesOf = (records: readonly InTopic[]): string[] => [...new Set(records.map(({ topic }) => topic))];
