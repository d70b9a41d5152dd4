import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResolveReason } from '#gen/belay/v1/incident.ts';
import type { Bus, BusRecord, OutgoingRecord } from '#lib/bus/bus.ts';
import { MAX_RECORD_BYTES } from '#lib/bus/bus.ts';
import { type Consumer, type ConsumerOptions, startConsumer } from '#lib/bus/consumer.ts';
import { deadLetterTopic } from '#lib/bus/dead-letter.ts';
import type { Handlers } from '#lib/bus/pipeline.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { type EventOf, outgoing } from '#lib/events/event.ts';
import { badRecords, goodRecord, reported } from '../support/bad-records.ts';
import { deferred, eventually } from '../support/eventually.ts';
import { silentLogger } from '../support/silent-logger.ts';

/** What the consumer runner keeps on every bus. `open` gives a client of one log of its own. */
export function consumerContract(name: string, open: () => Promise<Bus>): void {
  describe(`consumer contract: ${name}`, () => {
    let bus: Bus;
    const running: Consumer[] = [];

    beforeAll(async () => {
      bus = await open();
      const settings = { partitions: 3, replicationFactor: 1, retentionMs: 7 * 86_400_000 };
      await prepareTopics(bus, topicSpecs(['incident', 'decision', 'action', 'audit', 'control'], settings));
    });
    afterAll(async () => {
      await Promise.all(running.map((c) => c.stop()));
      await bus?.close();
    });

    const start = async (handlers: Handlers, options: Partial<ConsumerOptions> = {}) => {
      const group = options.group ?? `g-${randomUUID().slice(0, 8)}`;
      const consumer = await startConsumer({
        bus,
        service: 'test',
        source: 'belay/test',
        group,
        topics: ['incident'],
        handlers,
        clock: systemClock,
        logger: silentLogger,
        metrics: { handled: () => {} },
        tracing: { run: (_event, _record, run) => run(), headers: () => ({}) },
        onCrash: () => {},
        sessionTimeoutMs: 6_000,
        ...options,
      });
      running.push(consumer);
      return { consumer, group };
    };
    /** Groups start at the end, so that each test sees its own records only. */
    const newGroup = async () => {
      const group = `g-${randomUUID().slice(0, 8)}`;
      for (const topic of ['incident', 'audit']) await bus.seek(group, topic, 'latest');
      return group;
    };
    const readAll = async (topic: string): Promise<BusRecord[]> => {
      const records: BusRecord[] = [];
      const f = await bus.follow({
        topic,
        from: 'earliest',
        onRecords: (batch) => void records.push(...batch),
        onCrash: () => {},
      });
      await f.caughtUp;
      await f.stop();
      return records;
    };
    const asideOf = async (group: string) =>
      (await readAll(deadLetterTopic('incident'))).filter(
        (r) => String(r.headers['belay-dead-letter-group']) === group,
      );
    const resolved = (incidentId: string, service: string) =>
      outgoing('IncidentResolved', {
        incidentId,
        service,
        reason: ResolveReason.SOURCE,
        resolvedAt: new Date('2026-01-01T00:00:00Z'),
        resolvedBy: undefined,
      });

    it('publishes what handlers return, with a derived id and the trace, and commits after that', async () => {
      const group = await newGroup();
      const mark = randomUUID().slice(0, 8);
      await start(
        { IncidentReported: (e) => [resolved(`out-${e.data.incidentId}`, e.data.service)] },
        { group, tracing: { run: (_e, _r, run) => run(), headers: () => ({ traceparent: '00-aa-bb-01' }) } },
      );
      await bus.publish([goodRecord(mark)]);
      const record = await eventually(async () => {
        const found = (await readAll('incident')).find(
          (r) => String(r.headers['ce_subject']) === `out-${mark}`,
        );
        expect(found).toBeDefined();
        return found as BusRecord;
      });
      expect(decodeEvent(record)).toMatchObject({ type: 'IncidentResolved', source: 'belay/test' });
      expect(String(record.headers['traceparent'])).toBe('00-aa-bb-01');
      await eventually(async () => {
        const committed = await bus.committed(group, 'incident');
        expect(committed[record.partition]).toBeGreaterThan(0);
      });
    });

    it('sets every kind of bad record aside with the field, tells audit, and handles the next one', async () => {
      const group = await newGroup();
      const seen: string[] = [];
      const handlers = {
        IncidentReported: (e: EventOf<'IncidentReported'>) => (seen.push(e.data.incidentId), []),
        CommandGiven: () => [],
      };
      await start(handlers, { group });
      const mark = randomUUID().slice(0, 8);
      const bad = badRecords(mark);
      const records: OutgoingRecord[] = [];
      bad.forEach((b, i) => records.push(b.record, goodRecord(`${mark}-${i}`)));
      for (const record of records) await bus.publish([record]);
      await eventually(() => expect(seen.filter((id) => id.startsWith(mark))).toHaveLength(bad.length));
      const aside = await eventually(async () => {
        const found = await asideOf(group);
        expect(found).toHaveLength(bad.length);
        return found;
      });
      const found = aside.map((r) => [
        String(r.headers['belay-dead-letter-code']),
        String(r.headers['belay-dead-letter-field']),
      ]);
      expect(new Set(found.map(String))).toEqual(new Set(bad.map((b) => `${b.code},${b.field}`)));
      expect(found).toHaveLength(bad.length);
      for (const [i, record] of aside.entries()) {
        expect(String(record.headers['belay-dead-letter-reason']), `reason ${i}`).not.toBe('');
      }
      const truncated = aside.find((r) => String(r.headers['belay-dead-letter-code']) === 'UNREADABLE');
      expect(truncated?.value).toEqual(bad.find((b) => b.code === 'UNREADABLE')?.record.value);
      const audited = (await readAll('audit'))
        .map((r) => decodeEvent(r))
        .filter((e) => e.type === 'DeadLettered');
      expect(audited.filter((e) => e.data.group === group)).toHaveLength(bad.length);
    });

    it('tries again what is transient until it works, keeps the order of the key, lets other keys pass', async () => {
      const group = await newGroup();
      const seen: string[] = [];
      let failures = 0;
      await start(
        {
          IncidentReported: (e) => {
            if (e.data.incidentId.endsWith('-stuck') && failures < 6) {
              failures += 1;
              throw new BelayError('unavailable', 'the store is away', { code: 'STORE_AWAY' });
            }
            seen.push(e.data.incidentId);
            return [];
          },
        },
        { group },
      );
      await bus.publish([
        goodRecord('a-stuck', 'svc-a'),
        goodRecord('a-after', 'svc-a'),
        goodRecord('b', 'svc-b'),
      ]);
      // What was done before may be done again.
      await eventually(() => expect(new Set(seen).size).toBe(3));
      expect(failures).toBe(6);
      expect(seen.indexOf('a-stuck')).toBeLessThan(seen.indexOf('a-after'));
      expect(seen.indexOf('b')).toBeLessThan(seen.indexOf('a-stuck'));
    });

    it('gives up on a handler that always throws, with the reason, and goes on', async () => {
      const group = await newGroup();
      const seen: string[] = [];
      let attempts = 0;
      await start(
        {
          IncidentReported: (e) => {
            if (e.data.incidentId === 'cursed') {
              attempts += 1;
              throw new TypeError('cannot read x of undefined');
            }
            seen.push(e.data.incidentId);
            return [];
          },
        },
        { group },
      );
      await bus.publish([goodRecord('cursed', 'svc'), goodRecord('blessed', 'svc')]);
      await eventually(() => expect(seen).toEqual(['blessed']));
      expect(attempts).toBe(4);
      // It goes out with the results of its batch: a moment after its neighbour was handled.
      const [aside] = await eventually(async () => {
        const found = await asideOf(group);
        expect(found).toHaveLength(1);
        return found;
      });
      expect(String(aside?.headers['belay-dead-letter-code'])).toBe('HANDLER_FAILED');
      expect(String(aside?.headers['belay-dead-letter-reason'])).toContain('cannot read x of undefined');
    });

    it('sets the cause of a result aside that the bus will never take, and lets its neighbours through', async () => {
      const group = await newGroup();
      await start(
        {
          IncidentReported: (e) =>
            e.data.incidentId.endsWith('-huge')
              ? [
                  outgoing(
                    'IncidentReported',
                    reported(`${e.data.incidentId}-out`, 'x', 'y'.repeat(MAX_RECORD_BYTES)),
                  ),
                ]
              : [resolved(`${e.data.incidentId}-out`, 'x')],
        },
        { group },
      );
      const mark = randomUUID().slice(0, 8);
      await bus.publish(['1', '2-huge', '3'].map((n) => goodRecord(`${mark}-${n}`, 'svc')));
      await eventually(async () => {
        const ids = (await readAll('incident')).map((r) => String(r.headers['ce_subject']));
        expect(ids).toContain(`${mark}-1-out`);
        expect(ids).toContain(`${mark}-3-out`);
      });
      const aside = (await readAll(deadLetterTopic('incident'))).filter(
        (r) => String(r.headers['belay-dead-letter-group']) === group,
      );
      expect(aside.map((r) => String(r.headers['ce_subject']))).toContain(`${mark}-2-huge`);
    });

    it('drops a redelivered event only after its results are out', async () => {
      const group = await newGroup();
      let calls = 0;
      await start({ IncidentReported: () => ((calls += 1), []) }, { group });
      const record = goodRecord(`dup-${randomUUID()}`);
      await bus.publish([record]);
      await eventually(() => expect(calls).toBe(1));
      await eventually(async () =>
        expect(Math.max(...(await bus.committed(group, 'incident')))).toBeGreaterThan(0),
      );
      await bus.publish([record, goodRecord('other')]);
      await eventually(() => expect(calls).toBe(2));
    });

    it('acknowledges events of types it has no handler for', async () => {
      const group = await newGroup();
      const results: string[] = [];
      await start(
        {},
        { group, metrics: { handled: (_t, type, result) => void results.push(`${type} ${result}`) } },
      );
      // Also one that is not as it must be: whoever handles them sets it aside.
      const good = goodRecord('nobody');
      await bus.publish([{ ...good, value: Buffer.alloc(0) }, good]);
      await eventually(() =>
        expect(results.filter((result) => result === 'IncidentReported ignored').length).toBeGreaterThan(1),
      );
      expect(await asideOf(group)).toEqual([]);
    });

    it('finishes what is in hand on stop, and leaves the rest to the next', async () => {
      const group = await newGroup();
      const begun = deferred();
      const finish = deferred();
      const first: string[] = [];
      const { consumer } = await start(
        {
          IncidentReported: async (e) => {
            begun.resolve();
            await finish.promise;
            first.push(e.data.incidentId);
            return [resolved(`${e.data.incidentId}-stopped`, 'svc')];
          },
        },
        { group },
      );
      const mark = randomUUID().slice(0, 8);
      const ids = ['0', '1', '2', '3'].map((n) => `${mark}-${n}`);
      await bus.publish(ids.map((id) => goodRecord(id, 'svc-stop')));
      await begun.promise;
      const stopping = consumer.stop();
      finish.resolve();
      await stopping;
      expect(first).toEqual([ids[0]]);
      const second: string[] = [];
      await start({ IncidentReported: (e) => (second.push(e.data.incidentId), []) }, { group });
      await eventually(() => expect(second).toEqual(ids.slice(1)));
      const out = (await readAll('incident')).map((r) => String(r.headers['ce_subject']));
      expect(out.filter((id) => id === `${ids[0]}-stopped`)).toHaveLength(1);
    });

    it('does not hang on stop while a store is away', async () => {
      const group = await newGroup();
      const begun = deferred();
      const { consumer } = await start(
        {
          IncidentReported: () => {
            begun.resolve();
            throw new BelayError('unavailable', 'the store is away', { code: 'STORE_AWAY' });
          },
        },
        { group },
      );
      await bus.publish([goodRecord('never')]);
      await begun.promise;
      await consumer.stop();
      const seen: string[] = [];
      await start({ IncidentReported: (e) => (seen.push(e.data.incidentId), []) }, { group });
      await eventually(() => expect(seen).toEqual(['never']));
    });

    it('refuses to start on topics that would break a promise, naming each', async () => {
      await bus.createTopics([
        { name: 'wrong', partitions: 2, replicationFactor: 1, retentionMs: 3_600_000 },
      ]);
      const specs = topicSpecs(['wrong'], {
        partitions: 3,
        replicationFactor: 1,
        retentionMs: 7 * 86_400_000,
      });
      const failure = await prepareTopics(bus, specs).catch((e: unknown) => e);
      expect(failure).toMatchObject({ kind: 'invalid', code: 'TOPICS_UNFIT' });
      expect(String(failure)).toContain('wrong: has 2 partition(s), expected 3');
      expect(String(failure)).toContain('wrong: keeps 1 h. Set retention.ms to at least 48 h.');
    });

    it('encodes an event that a reader accepts', () => {
      const record = encodeEvent(outgoing('IncidentReported', reported('x', 'svc')), 'belay/test');
      expect(record.topic).toBe('incident');
    });
  });
}
