import kafkajs, { type Admin, logLevel, type Producer } from 'kafkajs';
import type { OutgoingRecord } from '#lib/bus/bus.ts';
import { partitionOf } from '#lib/bus/partitioner.ts';
import { eventually } from '../support/eventually.ts';
import type { Servers } from './decision-servers.ts';
import type { System } from './decision-system.ts';

/** What the bus has no words for: who holds which partition, and a record where it does not belong. */
export interface Delivery {
  /** Names, from the given one on, whose incidents come to this instance. Any, while the group is not settled. */
  namesFor(instance: number, from: number, count: number): Promise<readonly string[]>;
  /** Until the group consists of all instances, and each knows what it holds. */
  settled(): Promise<void>;
  /** To every partition, so that all instances have them at the same time. */
  everywhere(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

export async function openDelivery({ kafka }: Servers, system: System): Promise<Delivery> {
  const brokers = kafka.directEndpoint.split(',');
  const client = new kafkajs.Kafka({ brokers, logLevel: logLevel.NOTHING });
  const [admin, producer] = [client.admin(), client.producer({ allowAutoTopicCreation: false })];
  await Promise.all([admin.connect(), producer.connect()]);
  return {
    settled: () => eventually(() => assertSettled(admin, system), SETTLED_WITHIN_MS),
    namesFor: async (instance, from, count) => {
      const partitions = (await system.bus.offsets('incident')).length;
      const held = await heldBy(admin, system, instance);
      const names = Array.from({ length: count * partitions * SPARE }, (_, i) => `app-${from}-${i}`);
      const theirs = names.filter((name) => held.has(partitionOf(Buffer.from(name), partitions)));
      return (theirs.length < count ? names : theirs).slice(0, count);
    },
    everywhere: (records) => sendEverywhere(producer, system, records),
    close: async () => {
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
}

/** Names fall on partitions at random: with so many more, there are enough. */
const SPARE = 10;

const SETTLED_WITHIN_MS = 120_000;

async function groupOf(admin: Admin, { stack }: System) {
  const { groups } = await admin.describeGroups([`${stack.topicPrefix}belay-decision`]);
  const [group] = groups;
  return { state: group?.state, members: group?.members ?? [] };
}

async function assertSettled(admin: Admin, system: System): Promise<void> {
  const { state, members } = await groupOf(admin, system);
  if (state === 'Stable' && members.length === system.stack.instances.length) return;
  throw new Error(`the group is ${state}, with ${members.length} members`);
}

async function heldBy(admin: Admin, system: System, instance: number): Promise<ReadonlySet<number>> {
  const { stack } = system;
  const { members } = await groupOf(admin, system);
  const member = members.find(({ clientId }) => clientId === stack.instances[instance]?.clientId);
  if (!member || member.memberAssignment.length === 0) return new Set();
  const decoded = kafkajs.AssignerProtocol.MemberAssignment.decode(member.memberAssignment);
  return new Set(decoded?.assignment[`${stack.topicPrefix}incident`]);
}

async function sendEverywhere(
  producer: Producer,
  { bus, stack }: System,
  records: readonly OutgoingRecord[],
) {
  const messages = (await bus.offsets('incident')).flatMap(({ partition }) =>
    records.map(({ key, value, headers }) => ({ partition, key, value, headers: { ...headers } })),
  );
  await producer.send({ topic: `${stack.topicPrefix}incident`, acks: -1, messages });
}
