import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '#lib/bus/bus.ts';
import { ManualClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import { enqueueOutbox } from '#lib/sql/outbox.ts';
import { OutboxSweeper, type RejectedRecord } from '#lib/sql/outbox-sweeper.ts';
import { deferred, eventually } from '../../support/eventually.ts';
import { at, type ContractTables, type SqlSubject } from './sql-subject.ts';

const down = new BelayError('unavailable', 'the bus is down', { code: 'BUS_DOWN' });
const tooLarge = new BelayError('invalid', 'too large', { code: 'TOO_LARGE', why: '2 MB' });

const record = (id: string, key = 'k'): OutgoingRecord => ({
  topic: 'decision',
  key,
  value: Buffer.from(`value of ${id}`),
  headers: { ce_id: id, raw: Buffer.from([0, 255]) },
});

const idOf = ({ headers }: OutgoingRecord) => String(headers['ce_id']);

/** A log that can be told to fail: before it has written, or after. */
class SwitchedBus {
  readonly written: OutgoingRecord[] = [];
  before: (records: readonly OutgoingRecord[]) => void | Promise<void> = () => {};
  after: () => void | Promise<void> = () => {};

  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    await this.before(records);
    this.written.push(...records);
    await this.after();
  }

  ids(): string[] {
    return this.written.map(idOf);
  }
}

export function outboxContract({ open, newSchema }: SqlSubject): void {
  const enqueue = ({ db }: Sql<ContractTables>, ...records: OutgoingRecord[]) =>
    db.transaction().execute((trx) => enqueueOutbox(trx, records));
  const waiting = async ({ db }: Sql<ContractTables>) => {
    const rows = await db.selectFrom('outbox').select('event_id').orderBy('seq').execute();
    return rows.map(({ event_id }) => event_id);
  };
  const sweeperOf = (sql: Sql<ContractTables>, bus: SwitchedBus) => {
    const errors: unknown[] = [];
    const rejected: RejectedRecord[] = [];
    const clock = new ManualClock(at(0));
    const sweeper = new OutboxSweeper({
      sql,
      bus,
      clock,
      onError: (error) => errors.push(error),
      onRejected: (record) => rejected.push(record),
    });
    return { sweeper, clock, errors, rejected };
  };
  const sweepingUntil = async (sweeper: OutboxSweeper<ContractTables>, done: () => Promise<void> | void) => {
    sweeper.start();
    try {
      await eventually(done);
    } finally {
      await sweeper.stop();
    }
  };

  describe('the outbox', () => {
    it('publishes what was committed, as it was, in the order it was put in, and forgets it', async () => {
      const [sql, bus] = [await open(), new SwitchedBus()];
      await enqueue(sql, record('1'), { ...record('2', 'other'), value: null });
      await enqueue(sql, ...Array.from({ length: 250 }, (_, index) => record(`${index + 3}`)));
      const { sweeper, errors } = sweeperOf(sql, bus);
      await sweepingUntil(sweeper, async () => expect(await waiting(sql)).toEqual([]));
      expect(bus.ids()).toEqual(Array.from({ length: 252 }, (_, index) => `${index + 1}`));
      const bytes = { ce_id: Buffer.from('2'), raw: Buffer.from([0, 255]) };
      expect(bus.written[1]).toEqual({
        topic: 'decision',
        key: Buffer.from('other'),
        value: null,
        headers: bytes,
      });
      expect(errors).toEqual([]);
    });

    it('forgets what was rolled back', async () => {
      const sql = await open();
      const failing = sql.db.transaction().execute(async (trx) => {
        await enqueueOutbox(trx, [record('1')]);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await waiting(sql)).toEqual([]);
    });

    it('takes an id once', async () => {
      const sql = await open();
      await enqueue(sql, record('1'), record('2'));
      await enqueue(sql, record('2', 'changed'), record('3'));
      expect(await waiting(sql)).toEqual(['1', '2', '3']);
    });

    it('refuses a record that sinks could not recognise', async () => {
      const sql = await open();
      await expect(enqueue(sql, { ...record('1'), headers: {} })).rejects.toMatchObject({
        code: 'OUTBOX_NO_ID',
      });
    });

    it('publishes at once when poked', async () => {
      const [sql, bus] = [await open(), new SwitchedBus()];
      const { sweeper } = sweeperOf(sql, bus);
      sweeper.start();
      await eventually(() => expect(bus.ids()).toEqual([]));
      await enqueue(sql, record('1'));
      sweeper.poke();
      await eventually(() => expect(bus.ids()).toEqual(['1']));
      await sweeper.stop();
    });

    it('publishes the same ids again when it does not live to note that it has', async () => {
      const schema = newSchema();
      const [sql, bus] = [await open({ schema }), new SwitchedBus()];
      await enqueue(sql, record('1'), record('2'));
      bus.after = () => {
        throw down;
      };
      const crashing = sweeperOf(sql, bus);
      await sweepingUntil(crashing.sweeper, () => expect(crashing.errors).toEqual([down]));
      bus.after = () => {};
      const next = sweeperOf(await open({ schema }), bus);
      await sweepingUntil(next.sweeper, async () => expect(await waiting(sql)).toEqual([]));
      expect(bus.ids()).toEqual(['1', '2', '1', '2']);
    });

    it('keeps everything, in order, while the bus is down, and asks it again after a while', async () => {
      const [sql, bus] = [await open(), new SwitchedBus()];
      await enqueue(sql, record('1'), record('2'));
      bus.before = () => {
        throw down;
      };
      const { sweeper, clock, errors } = sweeperOf(sql, bus);
      sweeper.start();
      await eventually(() => expect(errors).toHaveLength(1));
      sweeper.poke();
      await enqueue(sql, record('3'));
      bus.before = () => {};
      await eventually(async () => {
        await clock.advance(1_000);
        expect(bus.ids()).toEqual(['1', '2', '3']);
      });
      expect(errors).toEqual([down]);
      await sweeper.stop();
    });

    it('sets aside what the bus will never take, and publishes the rest', async () => {
      const [sql, bus] = [await open(), new SwitchedBus()];
      await enqueue(sql, record('1'), record('bad'), record('2'));
      bus.before = (records) => {
        if (records.map(idOf).includes('bad')) throw tooLarge;
      };
      const { sweeper, rejected, errors } = sweeperOf(sql, bus);
      await sweepingUntil(sweeper, async () => expect(await waiting(sql)).toEqual([]));
      expect(bus.ids()).toEqual(['1', '2']);
      expect(rejected).toEqual([{ eventId: 'bad', topic: 'decision', error: tooLarge }]);
      expect(errors).toEqual([]);
      const [aside] = await sql.db.selectFrom('outbox_rejected').selectAll().execute();
      expect(aside).toMatchObject({
        event_id: 'bad',
        value: Buffer.from('value of bad'),
        code: 'TOO_LARGE',
        reason: '2 MB',
        rejected_at: at(0),
      });
    });

    it('is swept by one instance at a time', async () => {
      const schema = newSchema();
      const [one, other] = [await open({ schema }), await open({ schema })];
      const bus = new SwitchedBus();
      const [publishing, goOn] = [deferred(), deferred()];
      await enqueue(one, record('1'));
      bus.before = async () => {
        publishing.resolve();
        await goOn.promise;
      };
      const [first, second] = [sweeperOf(one, bus), sweeperOf(other, bus)];
      first.sweeper.start();
      await publishing.promise;
      second.sweeper.start();
      expect(await other.exclusively('outbox', () => Promise.reject(new Error('both')))).toBe(false);
      goOn.resolve();
      await sweepingUntil(first.sweeper, async () => expect(await waiting(one)).toEqual([]));
      await second.sweeper.stop();
      expect(bus.ids()).toEqual(['1']);
      expect(await other.exclusively('outbox', async () => {})).toBe(true);
    });
  });
}
