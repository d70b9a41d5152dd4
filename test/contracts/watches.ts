import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '#lib/sql/open-sql.ts';
import { migrations } from '../../services/verifier/adapters/migrations.ts';
import { sqlNamedWatches } from '../../services/verifier/adapters/sql-named-watches.ts';
import { sqlWatches, type WatchTables } from '../../services/verifier/adapters/sql-watches.ts';
import type { Settled, Watch } from '../../services/verifier/domain/watch.ts';
import { resolutionEvent } from '../../services/verifier/handlers/to-events.ts';
import type { NamedWatches, Watches } from '../../services/verifier/ports.ts';
import type { SqlServer } from './sql/sql-subject.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 3, 3, 12, seconds));
const idsOf = (actionId: string) => ({ actionId, decisionId: 'dec-1', incidentId: 'inc-1', target: 't' });
const maria = { kind: 'human', name: 'maria', roles: [], groups: [] } as const;
const settledAs = (outcome: Settled['outcome']): Settled => ({
  outcome,
  effect: 'unknown',
  code: '',
  reason: 'the answer was lost',
  at: at(1),
});
const resolved = { outcome: 'done', by: 'maria', reason: 'looked at it', at: at(2) } as const;

/** What the verifier keeps of actions, on every database. */
export function watchesContract(name: string, open: () => Promise<SqlServer>): void {
  describe(`watches contract: ${name}`, () => {
    let server: SqlServer;
    let sql: Sql<WatchTables>;
    let watches: Watches & NamedWatches;
    beforeAll(async () => {
      server = await open();
      sql = await server.open<WatchTables>({ schema: 'verifier', migrations });
      const rows = sqlWatches({
        db: sql.db,
        source: 'belay/verifier',
        onEvents: () => {},
        onDue: () => {},
      });
      watches = { ...rows, ...sqlNamedWatches(sql.db) };
    }, 60_000);
    afterAll(async () => {
      await sql?.close();
      await server?.stop();
    });

    const change = (actionId: string, to: Partial<Watch>, lookAgainAt?: Date) =>
      watches.advance(idsOf(actionId), (watch) => ({ watch: { ...watch, ...to }, events: [], lookAgainAt }));
    const read = async (actionId: string): Promise<Watch> => {
      let found: Watch | undefined;
      await watches.advance(idsOf(actionId), (watch) => {
        found = watch;
        return { watch, events: [], lookAgainAt: undefined };
      });
      return found as Watch;
    };
    const named = async (id: string, limit = 6) =>
      (await watches.named(id, limit)).map(({ actionId }) => actionId);
    const saidOf = async (actionId: string) =>
      (await sql.db.selectFrom('outbox').select('key').execute()).filter(
        ({ key }) => key.toString() === actionId,
      );

    it('finds an action by its id, however it stands, and by a beginning only unknown outcomes', async () => {
      await change('act-aa01', { settled: settledAs('unknown') });
      await change('act-aa02', { settled: settledAs('unknown'), resolved });
      await change('act-aa03', { settled: settledAs('verified') });
      await change('act-aa04', {});
      expect(await named('act-aa')).toEqual(['act-aa01', 'act-aa02']);
      expect(await named('act-aa', 1)).toEqual(['act-aa01']);
      expect(await named('act-aa03')).toEqual(['act-aa03']);
      expect(await named('act-aa04')).toEqual(['act-aa04']);
      expect(await named('act-aa05')).toEqual([]);
      expect(await named('act-AA')).toEqual([]);
      expect(await named('act-%')).toEqual([]);
      expect(await watches.named('act-aa01', 6)).toEqual([idsOf('act-aa01')]);
    });

    it('keeps a verdict with its time, and has none where none was kept', async () => {
      await change('act-bb01', { settled: settledAs('unknown'), resolved });
      expect(await read('act-bb01')).toMatchObject({ settled: settledAs('unknown'), resolved });
      const { resolved: _, ...older } = await read('act-bb02');
      await sql.db
        .updateTable('watches')
        .set({ watch: JSON.stringify(older) })
        .where('id', '=', 'act-bb02')
        .execute();
      expect((await read('act-bb02')).resolved).toBeUndefined();
    });

    it('says a verdict together with it: of two at once the second finds the first', async () => {
      await change('act-cc01', { settled: settledAs('unknown') });
      const give = (by: string) =>
        watches.advance(idsOf('act-cc01'), (watch) => {
          if (watch.resolved) throw new Error(`${by} came after ${watch.resolved.by}`);
          const mine = { ...watch, resolved: { ...resolved, by } };
          return {
            watch: mine,
            events: [resolutionEvent(mine, mine.resolved, maria)],
            lookAgainAt: undefined,
          };
        });
      const ends = await Promise.allSettled(['maria', 'tom'].map(give));
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await saidOf('act-cc01')).toHaveLength(1);
    });

    it('leaves a row that it refuses to change as it was, and due when it was', async () => {
      await change('act-dd01', { started: { at: at(0), epoch: 1 } }, at(30));
      const rows = () =>
        sql.db.selectFrom('watches').select(['watch', 'due_at']).where('id', '=', 'act-dd01').execute();
      const before = await rows();
      const refusal = new Error('not yet');
      const refused = watches.advance(idsOf('act-dd01'), () => {
        throw refusal;
      });
      await expect(refused).rejects.toBe(refusal);
      expect(await rows()).toEqual(before);
      expect(before[0]?.due_at).toEqual(at(30));
    });
  });
}
