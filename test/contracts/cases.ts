import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '#lib/sql/open-sql.ts';
import type { DecisionTables } from '../../services/decision/adapters/decision-tables.ts';
import { migrations } from '../../services/decision/adapters/migrations.ts';
import { sqlCases } from '../../services/decision/adapters/sql-cases.ts';
import { approvalIdOf } from '../../services/decision/domain/cases/approval-id.ts';
import type { Case } from '../../services/decision/domain/cases/case.ts';
import { howItEnded, refusalOf } from '../../services/decision/domain/cases/refusal-of.ts';
import { answerOf } from '../../services/decision/handlers/answer-of.ts';
import { stepOf } from '../../services/decision/handlers/case-events.ts';
import { writeDraft } from '../../services/decision/handlers/draft.ts';
import type { Cases, CaseStep } from '../../services/decision/ports.ts';
import { sampleEvents } from '../support/sample-events.ts';
import type { SqlServer } from './sql/sql-subject.ts';

const start = new Date('2026-03-03T03:12:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const asks = {
  approvers: ['user:maria', 'user:tom', 'user:ann'],
  quorum: 1,
  timerMs: 60_000,
  onLapse: 'escalate',
  requester: undefined,
  maySilenceApprove: true,
} as const;

/** What decisions that wait keep, on every database. */
export function casesContract(name: string, open: () => Promise<SqlServer>, rounds: number): void {
  describe(`cases contract: ${name}`, () => {
    let server: SqlServer;
    let sql: Sql<DecisionTables>;
    let cases: Cases;
    beforeAll(async () => {
      server = await open();
      sql = await server.open<DecisionTables>({ schema: 'cases', migrations });
      cases = sqlCases({ db: sql.db, source: 'belay/decision', onEvents: () => {}, onDue: () => {} });
    }, 60_000);
    afterAll(async () => {
      await sql?.close();
      await server?.stop();
    });

    const saidOf = async (id: string) => {
      const rows = await sql.db.selectFrom('outbox').select(['headers', 'key']).orderBy('seq').execute();
      return rows.filter(({ key }) => key.toString() === `inc-${id}`).map(({ headers }) => typeOf(headers));
    };

    it('keeps a case as it was opened, also when it is opened again', async () => {
      const opened = planning('again');
      await cases.open(opened, start);
      await cases.open({ ...opened, attempt: 9 }, start);
      expect(await cases.advance('again', keep)).toEqual(opened);
      expect(await cases.advance('unknown', keep)).toBeUndefined();
    });

    it('opens nothing for an incident that is over, until it is reopened', async () => {
      await cases.resolved('inc-over', start, keep);
      await cases.open(planning('over'), start);
      expect(await cases.advance('over', keep)).toBeUndefined();
      expect(await cases.isResolved('inc-over')).toBe(true);
      await cases.reopened('inc-over', after(60));
      await cases.open(planning('over'), start);
      expect(await cases.advance('over', keep)).toMatchObject({ state: 'planning' });
    });

    it('does not end an episode by the end of the one before, told again', async () => {
      await cases.resolved('inc-next', start, keep);
      await cases.reopened('inc-next', after(60));
      await cases.resolved('inc-next', start, keep);
      expect(await cases.isResolved('inc-next')).toBe(false);
      await cases.resolved('inc-next', after(90), keep);
      expect(await cases.isResolved('inc-next')).toBe(true);
    });

    it('knows whether anything of an incident may be taking a slot', async () => {
      const { incidentId } = planning('taking');
      await cases.open(planning('taking'), start);
      expect(await cases.isTaking(incidentId)).toBe(false);
      for (const state of ['granting', 'retrying'] as const) {
        await cases.advance('taking', (current) => ({ next: { ...current, state }, events: [] }));
        expect(await cases.isTaking(incidentId)).toBe(true);
      }
      await cases.advance('taking', stepOf({ type: 'resolved' }, start));
      expect(await cases.isTaking(incidentId)).toBe(false);
    });

    it('remembers the end of an episode longer than the log tells of it, and not for ever', async () => {
      const days = (count: number) => after(count * 86_400);
      await cases.resolved('inc-old', start, keep);
      await cases.resolved('inc-younger', days(2), keep);
      await cases.resolved('inc-now', days(31), keep);
      expect(await cases.isResolved('inc-old')).toBe(false);
      expect(await cases.isResolved('inc-younger')).toBe(true);
    });

    it('knows what a person has cancelled', async () => {
      await cases.cancelled('dec-cancelled', start);
      await cases.cancelled('dec-cancelled', after(60));
      expect(await cases.isCancelled('dec-cancelled')).toBe(true);
      expect(await cases.isCancelled('dec-other')).toBe(false);
    });

    it('finds what waits to be decided again, by its decision or what came to nothing, and nothing else', async () => {
      const waiting = (id: string) => ({ ...planning(id), state: 'retrying' as const });
      const before = { decisionId: 'dec-before-1', actionId: 'act-before-1' };
      await cases.open({ ...waiting('dec-retry-1'), after: before }, start);
      await cases.open(waiting('dec-retry-2'), start);
      await cases.open(planning('dec-retry-asked'), start);
      const found = async (prefix: string) =>
        (await cases.findRetrying(prefix)).map(({ decisionId }) => decisionId).sort();
      expect(await found('dec-retry-1')).toEqual(['dec-retry-1']);
      expect(await found('dec-before')).toEqual(['dec-retry-1']);
      expect(await found('act-before-1')).toEqual(['dec-retry-1']);
      expect(await found('dec-retry')).toEqual(['dec-retry-1', 'dec-retry-2']);
      expect(await found('dec_retry')).toEqual([]);
      const cancelled = { type: 'cancelled', reason: 'cancelled by maria: drained' } as const;
      const ended = await cases.advance('dec-retry-1', stepOf(cancelled, after(60)));
      expect(ended).toMatchObject({
        state: 'closed',
        after: before,
        ending: { as: 'cancelled', at: after(60) },
      });
      expect(await saidOf('dec-retry-1')).toEqual(['DecisionClosed']);
      expect(await found('act-before-1')).toEqual([]);
    });

    it('finds an approval by what is at hand, and lists what waits by its deadline', async () => {
      await pend('later', 20);
      await pend('sooner', 10);
      const [byApproval] = await cases.findApprovals(approvalIdOf('sooner').slice(0, 12));
      expect(byApproval?.decisionId).toBe('sooner');
      expect((await cases.findApprovals('inc-later'))[0]?.decisionId).toBe('later');
      expect(await cases.findApprovals('inc-%')).toEqual([]);
      const waiting = (await cases.approvals(false)).map(({ decisionId }) => decisionId);
      expect(waiting.indexOf('sooner')).toBeLessThan(waiting.indexOf('later'));
    });

    it('finds what has the whole name before what only begins with it', async () => {
      for (const id of ['name-2', 'name-3', 'name']) await pend(id, 0);
      const [found, ...more] = await cases.findApprovals('inc-name');
      expect(found?.decisionId).toBe('name');
      expect(more).toHaveLength(1);
    });

    it(`records one answer of those that race, and tells the others who won, ${rounds} times`, async () => {
      const winners = new Map<string, number>();
      for (let round = 0; round < rounds; round += 1) {
        const id = `race-${round}`;
        await pend(id, 0);
        const losers = await race(id);
        const ended = await cases.advance(id, keep);
        const won = ended?.state === 'granting' ? 'approved' : (ended?.ending?.as ?? 'none');
        winners.set(won, (winners.get(won) ?? 0) + 1);
        expect(losers).toHaveLength(won === 'lapsed' ? 3 : 2);
        expect(new Set(losers)).toEqual(new Set([ended && howItEnded(ended)]));
        const closing = won === 'approved' ? [] : ['DecisionClosed'];
        const said = won === 'lapsed' ? 'ApprovalLapsed' : 'ApprovalAnswered';
        expect(await saidOf(id)).toEqual(['ApprovalRequested', said, ...closing]);
      }
      expect([...winners.keys()].sort()).toEqual(['approved', 'denied', 'lapsed']);
    }, 300_000);

    it('drops nothing between the end of an incident and what is opened for it', async () => {
      for (let round = 0; round < 20; round += 1) {
        const id = `end-${round}`;
        const at = after(round);
        await Promise.all([
          cases.open(planning(id), start),
          cases.resolved(`inc-${id}`, at, stepOf({ type: 'resolved' }, at)),
        ]);
        const left = await cases.advance(id, keep);
        expect(left?.state ?? 'closed').toBe('closed');
      }
    });

    async function pend(id: string, seconds: number): Promise<void> {
      await cases.open(planning(id), start);
      const planned = { hash: 'p1', risk: 'low', refusal: '', record: '{}' } as const;
      await cases.advance(id, stepOf({ type: 'planned', planned }, after(seconds)));
    }

    /** Two say yes, one says no, and the time is up, all at once. Returns what the losers heard. */
    async function race(id: string): Promise<readonly string[]> {
      const lost: string[] = [];
      const reply = (by: string, answer: 'approve' | 'deny') => async () => {
        const person = { name: by, groups: [], isHuman: true };
        await cases.advance(id, (current) => {
          const refusal = refusalOf(current, { person, answer, planHash: 'p1' }, after(30));
          if (refusal) lost.push(refusal.why);
          if (refusal) return keep(current);
          return stepOf(
            { type: 'answered', answer: { by, answer, reason: '', at: after(30) } },
            after(30),
          )(current);
        });
      };
      const lapse = async () => {
        await cases.advance(id, stepOf({ type: 'due', readToEnd: true }, after(61)));
      };
      const racers = [reply('maria', 'approve'), reply('tom', 'approve'), reply('ann', 'deny'), lapse];
      // Each of them begins now and then.
      const first = Number(id.split('-')[1]) % racers.length;
      await Promise.all([...racers.slice(first), ...racers.slice(0, first)].map((run) => run()));
      return lost;
    }
  });
}

/** The CloudEvents type, without its package. */
const typeOf = (headers: object): string =>
  Buffer.from((headers as Readonly<Record<string, string>>)['ce_type'] ?? '', 'base64')
    .toString()
    .replace('belay.v1.', '');

const keep = (current: Case): CaseStep => ({ next: current, events: [] });

const [made] = sampleEvents.flatMap((event) => (event.type === 'DecisionMade' ? [event.data] : []));
const [issued] = sampleEvents.flatMap((event) => (event.type === 'OrderIssued' ? [event.data] : []));

/** As decision opens it. */
function planning(decisionId: string): Case {
  if (!made || !issued) throw new Error('no samples');
  const ids = { decisionId, incidentId: `inc-${decisionId}` };
  const record = writeDraft({
    made: { ...made, ...ids, mode: 3, decidedAt: start },
    issued: { ...issued, ...ids, phase: 1 },
    escalate: 'page_service_owner',
    incident: undefined,
    asks,
    byHand: '',
    retryUntil: undefined,
  });
  const { waits } = answerOf({ status: 'noted', record, checks: [], trial: false, storm: undefined });
  if (!waits) throw new Error('it does not wait');
  return waits;
}
