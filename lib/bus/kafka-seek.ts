import { BelayError } from '#lib/errors.ts';
import { kafkaFailure } from './kafka-errors.ts';
import { KafkaMember, type ReaderDeps } from './kafka-member.ts';

/**
 * Joins the group for a moment, alone, and commits. The admin of kafkajs does the same, but takes five
 * seconds for it, and waits for ever when something goes wrong.
 */
export async function seekGroup(
  group: string,
  topic: string,
  offsets: readonly number[],
  { connection, admin, clock }: ReaderDeps,
): Promise<void> {
  if (await admin.hasMembers(group)) throw hasMembers(group);
  let partitions = 0;
  const member = new KafkaMember({
    connection,
    clock,
    group: () => group,
    topics: [topic],
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    concurrency: 1,
    onJoin: (assignment, consumer) => {
      partitions = assignment[topic]?.length ?? 0;
      consumer.pause([{ topic }]);
    },
    onAlive: () => {},
    onBatch: async () => {},
    onDead: () => {},
  });
  await member.join();
  try {
    // Fewer: somebody else joined at the same moment.
    if (partitions < offsets.length) throw hasMembers(group);
    await member.consumer?.commitOffsets(
      offsets.map((offset, partition) => ({ topic, partition, offset: String(offset) })),
    );
  } catch (error) {
    throw kafkaFailure(error, connection.brokers);
  } finally {
    await member.leave(SESSION_TIMEOUT_MS);
  }
}

const SESSION_TIMEOUT_MS = 10_000;

function hasMembers(group: string): BelayError {
  return new BelayError('conflict', `the group ${group} has members`, {
    code: 'GROUP_HAS_MEMBERS',
    next: 'stop its consumers first',
  });
}
