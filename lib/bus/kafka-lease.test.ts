import type { EachBatchPayload } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { KafkaLease, type LeaseOptions } from './kafka-lease.ts';

const protocolError = (type: string) =>
  Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type });

function leaseOn(answers: Partial<EachBatchPayload>, options: Partial<LeaseOptions> = {}) {
  const clock = new ManualClock(new Date(0));
  const commits: string[] = [];
  const payload = {
    batch: { topic: 't', partition: 2 },
    heartbeat: async () => {},
    resolveOffset: () => {},
    ...answers,
    commitOffsetsIfNecessary: async (offsets: { topics: { partitions: { offset: string }[] }[] }) => {
      commits.push(offsets.topics[0]?.partitions[0]?.offset ?? '');
      await answers.commitOffsetsIfNecessary?.();
    },
  } as unknown as EachBatchPayload;
  const lease = new KafkaLease({
    payload,
    clock,
    isOver: () => false,
    isExpired: () => false,
    onAlive: () => {},
    ...options,
  });
  return { clock, commits, lease };
}

describe('the lease of a batch', () => {
  it('is stale once the group rebalances, and still commits, as the broker waits for this member', async () => {
    const rebalance = protocolError('REBALANCE_IN_PROGRESS');
    const { lease, commits } = leaseOn({ heartbeat: () => Promise.reject(rebalance) });
    expect(lease.isStale()).toBe(false);
    await lease.heartbeat();
    expect(lease.isStale()).toBe(true);
    await lease.commit(5);
    expect(commits).toEqual(['5']);
    expect(lease.reason).toBe(rebalance);
  });

  it('commits nothing once a new generation has begun', async () => {
    const { lease, commits } = leaseOn({}, { isOver: () => true });
    await lease.commit(5);
    expect(commits).toEqual([]);
  });

  it.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'NOT_COORDINATOR_FOR_GROUP'])(
    'never throws at a handler whose commit is refused with %s, and tries no second time',
    async (type) => {
      const { lease, commits } = leaseOn({
        commitOffsetsIfNecessary: () => Promise.reject(protocolError(type)),
      });
      await lease.commit(5);
      await lease.commit(6);
      expect(commits).toEqual(['5']);
      expect(lease.isStale()).toBe(true);
      expect(lease.reason).toMatchObject({ type });
    },
  );

  it('tries a commit again while the broker is away, until it is back or the session is over', async () => {
    let isAway = true;
    let isExpired = false;
    const { lease, commits, clock } = leaseOn(
      { commitOffsetsIfNecessary: async () => (isAway ? Promise.reject(new Error('away')) : undefined) },
      { isExpired: () => isExpired },
    );
    const first = lease.commit(5);
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1_000);
    expect(commits.length).toBeGreaterThan(2);
    isAway = false;
    await clock.advance(5_000);
    await first;
    isAway = true;
    isExpired = true;
    await lease.commit(6);
    expect(lease.reason).toBeUndefined();
  });

  it('does not commit what lies behind what is committed', async () => {
    const { lease, commits } = leaseOn({});
    await lease.commit(5);
    await lease.commit(3);
    expect(commits).toEqual(['5']);
  });
});
