import type { Clock } from '#lib/clock.ts';
import { assign } from './sqlite-assignment.ts';
import type { Partition, Topic } from './sqlite-topics.ts';

export interface Member {
  readonly topics: ReadonlySet<Topic>;
  /** Something may be ready to be handled. */
  wake(): void;
}

/** The right to handle a partition. Whoever gets the partition next gets a new one. */
export interface Lease {
  readonly member: Member;
  revoked: boolean;
}

/** A batch that a handler works on. */
export interface Delivery {
  readonly slot: Slot;
  readonly lease: Lease;
  /** Aborts when the handler returns. */
  readonly returned: AbortController;
}

/** One partition, as the group sees it. */
export interface Slot {
  readonly topic: Topic;
  readonly partition: Partition;
  lease: Lease | undefined;
  /** While it is set, nobody begins another batch of the partition, not even its new owner. */
  inHand: Delivery | undefined;
}

/** Members come and go; partitions follow. A partition that moves waits for the batch in hand, up to a limit. */
export class SqliteGroup {
  readonly name: string;
  readonly #clock: Clock;
  #members: Member[] = [];
  readonly #slots = new Map<Partition, Slot>();

  constructor(name: string, clock: Clock) {
    this.name = name;
    this.#clock = clock;
  }

  hasMembers(): boolean {
    return this.#members.length > 0;
  }

  join(member: Member): void {
    for (const topic of member.topics) {
      for (const partition of topic.partitions) {
        if (this.#slots.has(partition)) continue;
        this.#slots.set(partition, { topic, partition, lease: undefined, inHand: undefined });
      }
    }
    this.#members = [...this.#members, member];
    this.#rebalance();
  }

  leave(member: Member): void {
    if (!this.#members.includes(member)) return;
    this.#members = this.#members.filter((m) => m !== member);
    this.#rebalance();
  }

  slotsOf(member: Member): Slot[] {
    return [...this.#slots.values()].filter((slot) => slot.lease?.member === member);
  }

  /** Where the next batch of the partition begins. */
  position({ partition }: Slot): number {
    return partition.committed.get(this.name) ?? 0;
  }

  /** Nobody waits for this batch any longer. */
  release(delivery: Delivery): void {
    const { slot } = delivery;
    if (slot.inHand !== delivery) return;
    slot.inHand = undefined;
    slot.lease?.member.wake();
  }

  #rebalance(): void {
    const slots = [...this.#slots.values()];
    const owners = new Map(slots.flatMap((s): [Slot, Member][] => (s.lease ? [[s, s.lease.member]] : [])));
    const wanted = assign(slots, this.#members, owners);
    for (const slot of slots) {
      const member = wanted.get(slot);
      if (slot.lease?.member !== member) this.#move(slot, member);
    }
    for (const member of this.#members) member.wake();
  }

  #move(slot: Slot, member: Member | undefined): void {
    if (slot.lease) slot.lease.revoked = true;
    slot.lease = member && { member, revoked: false };
    if (slot.inHand) void this.#releaseInTime(slot.inHand);
  }

  async #releaseInTime(delivery: Delivery): Promise<void> {
    await this.#clock.sleep(REBALANCE_TIMEOUT_MS, delivery.returned.signal);
    this.release(delivery);
  }
}

const REBALANCE_TIMEOUT_MS = 60_000;
