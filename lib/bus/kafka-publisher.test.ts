import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { OutgoingRecord } from './bus.ts';
import { KafkaPublisher, type PublisherOptions } from './kafka-publisher.ts';

type Send = PublisherOptions['sender']['send'];

const record = (key: string, value = '', topic = 't'): OutgoingRecord => ({
  topic,
  key,
  value: Buffer.from(value),
  headers: {},
});
const keysOf = (records: readonly OutgoingRecord[]) => records.map(({ key }) => String(key));
const unavailable = new BelayError('unavailable', 'away', { code: 'BUS_UNAVAILABLE' });
const refused = new BelayError('invalid', 'no', { code: 'BUS_REFUSED' });
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A publisher whose sends are noted and answered by the test. */
function publisherOn(send: Send, limits: Readonly<Record<string, number>> = {}) {
  const clock = new ManualClock(new Date(0));
  const sends: string[][] = [];
  const publisher = new KafkaPublisher({
    sender: {
      send: async (records, onWrite) => {
        sends.push(keysOf(records));
        await send(records, onWrite);
      },
    },
    topics: {
      knows: () => true,
      learn: async () => {},
      maxMessageBytes: (topic) => limits[topic] ?? 1_000_000,
    },
    brokers: ['broker:9092'],
    clock,
    publishTimeoutMs: 10_000,
  });
  return { clock, sends, publisher };
}

describe('the publisher', () => {
  it('has one send under way; what arrives meanwhile goes with the next, in the order of the calls', async () => {
    const answers: (() => void)[] = [];
    const { publisher, sends } = publisherOn(() => new Promise((resolve) => answers.push(resolve)));
    const first = publisher.publish([record('a')]);
    await turn();
    const later = [publisher.publish([record('b')]), publisher.publish([record('c'), record('d')])];
    await turn();
    expect(sends).toEqual([['a']]);
    answers[0]?.();
    await first;
    await turn();
    expect(sends).toEqual([['a'], ['b', 'c', 'd']]);
    answers[1]?.();
    await Promise.all(later);
  });

  it('takes each record once and in order, whatever the sizes, and no send is too large for its topics', async () => {
    const call = fc.array(fc.record({ topic: fc.constantFrom('t', 'u'), size: fc.nat(900) }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
        const limits = { t: 1_200, u: 2_000 };
        const sent: OutgoingRecord[][] = [];
        const { publisher } = publisherOn(async (records) => void sent.push([...records]), limits);
        const all = calls.map((items, c) =>
          items.map(({ topic, size }, i) => record(`${c}-${i}`, 'x'.repeat(size), topic)),
        );
        await Promise.all(all.map((records) => publisher.publish(records)));
        expect(sent.flatMap(keysOf)).toEqual(all.flatMap(keysOf));
        for (const records of sent) {
          for (const [topic, limit] of Object.entries(limits)) {
            const values = records.filter((r) => r.topic === topic).map((r) => r.value?.length ?? 0);
            expect(values.reduce((a, b) => a + b, 0)).toBeLessThan(limit);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('fails only the call that is refused, also when it went together with others', async () => {
    const { publisher, sends } = publisherOn(async (records) => {
      if (keysOf(records).includes('bad')) throw refused;
    });
    const results = await Promise.allSettled([
      publisher.publish([record('a')]),
      publisher.publish([record('bad')]),
      publisher.publish([record('c')]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(sends).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
  });

  it('tries again what may pass, and fails at the deadline saying whether something may be written', async () => {
    const { publisher, clock, sends } = publisherOn(async (records, onWrite) => {
      if (keysOf(records).includes('sent')) onWrite();
      throw unavailable;
    });
    const sent = publisher.publish([record('sent')]).catch((error: unknown) => error);
    await turn();
    const waiting = publisher.publish([record('waiting')]).catch((error: unknown) => error);
    await clock.advance(11_000);
    expect(await sent).toMatchObject({ kind: 'unavailable', code: 'PUBLISH_UNCERTAIN' });
    expect(await waiting).toMatchObject({ kind: 'unavailable', code: 'BUS_UNAVAILABLE' });
    expect(sends.length).toBeGreaterThan(5);
  });

  it('answers in time although a send hangs, begins no other beside it, and sends nothing that has failed', async () => {
    const answers: (() => void)[] = [];
    const { publisher, clock, sends } = publisherOn(() => new Promise((resolve) => answers.push(resolve)));
    const failed = Promise.allSettled([publisher.publish([record('a')])]);
    await turn();
    const queued = Promise.allSettled([publisher.publish([record('b')])]);
    await clock.advance(10_000);
    expect([...(await failed), ...(await queued)].map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    const next = publisher.publish([record('c')]);
    await turn();
    expect(sends).toEqual([['a']]);
    answers[0]?.();
    await turn();
    expect(sends).toEqual([['a'], ['c']]);
    answers[1]?.();
    await next;
  });

  it('goes on when a call follows right upon the answer of the last', async () => {
    const { publisher, sends } = publisherOn(async () => {});
    for (let n = 0; n < 100; n += 1) await publisher.publish([record(`${n}`)]);
    expect(sends).toHaveLength(100);
  });

  it('refuses a record without a key, and everything once it is closed', async () => {
    const { publisher } = publisherOn(async () => {});
    await expect(publisher.publish([record('')])).rejects.toMatchObject({ kind: 'invalid', field: 'key' });
    await publisher.close();
    await expect(publisher.publish([record('a')])).rejects.toMatchObject({ code: 'BUS_CLOSED' });
  });
});
