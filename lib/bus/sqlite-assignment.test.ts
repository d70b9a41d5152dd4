import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign } from './sqlite-assignment.ts';

interface Member {
  readonly name: string;
  readonly topics: ReadonlySet<string>;
}

type Part = { readonly topic: string; readonly number: number };

const partitionsOf = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, number) => ({ topic, number })),
  );
const member = (name: string, ...topics: string[]): Member => ({ name, topics: new Set(topics) });
const loads = (owners: ReadonlyMap<unknown, Member>, members: readonly Member[]) =>
  members.map((m) => [...owners.values()].filter((owner) => owner === m).length);

const topics = ['a', 'b', 'c'];
const someMembers = fc.array(fc.subarray(topics, { minLength: 1 }), { minLength: 1, maxLength: 6 });
const someCounts = fc.record({ a: fc.nat(12), b: fc.nat(5), c: fc.nat(1) });

describe('assign', () => {
  it('gives every partition that somebody reads to one of those who read it', () => {
    fc.assert(
      fc.property(someCounts, someMembers, (counts, subscriptions) => {
        const partitions = partitionsOf(counts);
        const members = subscriptions.map((own, i) => member(`m${i}`, ...own));
        const owners = assign<string, Part, Member>(partitions, members, new Map());
        const isRead = (p: Part) => members.some((m) => m.topics.has(p.topic));
        expect([...owners.keys()].filter((p) => owners.get(p)?.topics.has(p.topic))).toHaveLength(
          partitions.filter(isRead).length,
        );
      }),
    );
  });

  it('gives members that read the same topics as many as each other, give or take one, come who may', () => {
    fc.assert(
      fc.property(someCounts, fc.array(fc.boolean(), { maxLength: 10 }), (counts, comings) => {
        const partitions = partitionsOf(counts);
        let members: Member[] = [];
        let owners = new Map<(typeof partitions)[number], Member>();
        for (const [i, comes] of comings.entries()) {
          members = comes ? [...members, member(`m${i}`, ...topics)] : members.slice(1);
          owners = assign(partitions, members, owners);
          const each = loads(owners, members);
          expect(Math.max(0, ...each) - Math.min(partitions.length, ...each)).toBeLessThan(2);
        }
      }),
    );
  });

  it('moves nothing when nobody came or left', () => {
    fc.assert(
      fc.property(someCounts, someMembers, (counts, subscriptions) => {
        const partitions = partitionsOf(counts);
        const members = subscriptions.map((own, i) => member(`m${i}`, ...own));
        const owners = assign(partitions, members, new Map());
        expect(assign(partitions, members, owners)).toEqual(owners);
      }),
    );
  });

  it('takes from the others only what a newcomer gets, and of every topic', () => {
    const partitions = partitionsOf({ a: 4, b: 4 });
    const first = member('first', 'a', 'b');
    const second = member('second', 'a', 'b');
    const before = assign(partitions, [first], new Map());
    const after = assign(partitions, [first, second], before);
    const moved = partitions.filter((p) => after.get(p) === second);
    expect(moved.map((p) => p.topic).sort()).toEqual(['a', 'a', 'b', 'b']);
  });
});
