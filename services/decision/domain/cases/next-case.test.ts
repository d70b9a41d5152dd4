import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer, AskRules, Case } from './case.ts';
import { type CaseEvent, nextCase, type Said } from './next-case.ts';
import { howItEnded, refusalOf, type Reply } from './refusal-of.ts';

const start = new Date('2026-03-03T03:12:00Z');
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);

const asks: AskRules = {
  approvers: ['group:oncall', 'user:maria'],
  quorum: 1,
  timerMs: 600_000,
  onLapse: 'escalate',
  requester: 'bob',
  maySilenceApprove: true,
};
const planned = { hash: 'p1', risk: 'low', refusal: '', record: '{}' } as const;
const planning = (change: Partial<AskRules> = {}): Case => ({
  decisionId: 'dec-1',
  incidentId: 'inc-1',
  externalId: 'INC001',
  attempt: 1,
  openedAt: start,
  state: 'planning',
  record: '{}',
  asks: { ...asks, ...change },
  escalate: 'page_service_owner',
  dueAt: at(60),
  planned: undefined,
  request: undefined,
  answers: [],
  notifiedAt: undefined,
  grant: undefined,
  isTaking: false,
  ending: undefined,
});
const pending = (change: Partial<AskRules> = {}): Case =>
  nextCase(planning(change), { type: 'planned', planned }, start).next;
const yes = (by: string, seconds = 60): CaseEvent => ({
  type: 'answered',
  answer: { by, answer: 'approve', reason: '', at: at(seconds) },
});
const no = (by: string): CaseEvent => ({
  type: 'answered',
  answer: { by, answer: 'deny', reason: 'sale today', at: at(60) },
});
const typesOf = (said: readonly Said[]) => said.map(({ type }) => type);
const due: CaseEvent = { type: 'due', readToEnd: true };

describe('a plan', () => {
  it('is asked about, with a deadline', () => {
    const { next, said } = nextCase(planning(), { type: 'planned', planned }, at(2));
    expect(next).toMatchObject({
      state: 'pending',
      request: { at: at(2), deadline: at(602) },
      dueAt: at(602),
    });
    expect(typesOf(said)).toEqual(['requested']);
  });

  it('is shown where nobody is asked', () => {
    const { next, said } = nextCase({ ...planning(), asks: undefined }, { type: 'planned', planned }, at(2));
    expect(next).toMatchObject({ state: 'closed', ending: { as: 'shown' } });
    expect(typesOf(said)).toEqual(['requested', 'closed']);
  });

  it('that the target refuses is not asked about', () => {
    const refusal = 'somebody is rolling the workload out';
    const { next, said } = nextCase(planning(), { type: 'planned', planned: { ...planned, refusal } }, at(2));
    expect(next.ending).toMatchObject({ as: 'blocked', reason: refusal });
    expect(said).toEqual([
      { type: 'closed', as: 'blocked', reason: refusal, escalate: 'page_service_owner' },
    ]);
  });

  it('that does not come is waited for until the log is read, and no longer', () => {
    expect(nextCase(planning(), { type: 'due', readToEnd: false }, at(61)).next).toMatchObject({
      state: 'planning',
      dueAt: at(62),
    });
    expect(nextCase(planning(), due, at(61)).next.ending?.as).toBe('failed');
  });
});

it('a plan is waited for no longer than ten minutes, however far behind the log is', () => {
  const behind: CaseEvent = { type: 'due', readToEnd: false };
  expect(nextCase(planning(), behind, at(599)).next.state).toBe('planning');
  expect(nextCase(planning(), behind, at(600)).next.ending?.as).toBe('failed');
});

it('a grant that is being taken is looked at by nobody else meanwhile', () => {
  const granting = nextCase(pending(), yes('maria'), at(60)).next;
  expect(nextCase(granting, { type: 'taking' }, at(61)).next).toMatchObject({
    state: 'granting',
    isTaking: true,
    dueAt: at(76),
  });
});

describe('an answer', () => {
  it('reaches the quorum with as many as were asked for', () => {
    const two = pending({ quorum: 2 });
    const first = nextCase(two, yes('maria'), at(60));
    expect(first).toMatchObject({ next: { state: 'pending' }, said: [{ type: 'answered' }] });
    const again = nextCase(first.next, yes('maria'), at(61));
    expect(again.next.state).toBe('pending');
    const second = nextCase(first.next, yes('tom', 70), at(70));
    expect(second).toMatchObject({
      next: { state: 'granting', grant: { at: at(70), lapsed: false } },
      said: [{ type: 'answered' }],
    });
  });

  it('of one who denies ends it, and pages nobody', () => {
    const { next, said } = nextCase(
      nextCase(pending({ quorum: 2 }), yes('maria'), at(60)).next,
      no('tom'),
      at(70),
    );
    expect(next.ending).toMatchObject({ as: 'denied', reason: 'denied by tom: sale today' });
    expect(said.at(-1)).toMatchObject({ type: 'closed', escalate: '' });
  });

  it.each(['approve', 'deny'] as const)('to %s counts only from a named person', (answer) => {
    const reply = (name: string, groups: string[] = [], isHuman = true): Reply => ({
      person: { name, groups, isHuman },
      answer,
      planHash: 'p1',
    });
    expect(refusalOf(pending(), reply('maria'), at(60))).toBeUndefined();
    expect(refusalOf(pending(), reply('tom', ['oncall']), at(60))).toBeUndefined();
    expect(refusalOf(pending(), reply('tom', ['other']), at(60))?.code).toBe('NOT_AN_APPROVER');
    expect(refusalOf(pending(), reply('group:oncall'), at(60))?.code).toBe('NOT_AN_APPROVER');
    expect(refusalOf(pending(), reply('maria', [], false), at(60))?.code).toBe('NOT_AN_APPROVER');
  });

  it('from whoever asked for it is no yes, but may be a no', () => {
    const reply = (answer: Reply['answer']): Reply => ({
      person: { name: 'bob', groups: ['oncall'], isHuman: true },
      answer,
      planHash: 'p1',
    });
    expect(refusalOf(pending(), reply('approve'), at(60))?.code).toBe('SELF_APPROVAL');
    expect(refusalOf(pending(), reply('deny'), at(60))).toBeUndefined();
  });

  const maria = { name: 'maria', groups: [], isHuman: true };
  const approve: Reply = { person: maria, answer: 'approve', planHash: 'p1' };

  it('is for the plan that waits, in time, and once', () => {
    expect(refusalOf(pending(), { ...approve, planHash: 'p0' }, at(60))).toMatchObject({
      code: 'PLAN_CHANGED',
      why: 'the plan that waits is p1, and you looked at p0',
    });
    expect(refusalOf(pending(), approve, at(600))?.code).toBe('TOO_LATE');
    expect(refusalOf(planning(), approve, at(1))?.code).toBe('NOT_PLANNED_YET');
    const half = nextCase(pending({ quorum: 2 }), yes('maria'), at(60)).next;
    expect(refusalOf(half, approve, at(61))?.code).toBe('ALREADY_ANSWERED');
    expect(refusalOf(half, { ...approve, answer: 'deny' }, at(61))).toBeUndefined();
  });

  it('that lost a race is told who won', () => {
    const approved = nextCase(pending(), yes('tom'), at(60)).next;
    expect(refusalOf(approved, approve, at(61))).toEqual({
      code: 'APPROVAL_CLOSED',
      kind: 'conflict',
      why: 'tom approved it at 2026-03-03T03:13:00.000Z',
    });
    const denied = nextCase(pending(), no('tom'), at(60)).next;
    expect(howItEnded(denied)).toBe('it was denied at 2026-03-03T03:13:00.000Z: denied by tom: sale today');
    const lapsed = nextCase(pending(), due, at(600)).next;
    expect(howItEnded(lapsed)).toContain('it lapsed at');
  });
});

describe('silence', () => {
  const told = (change: Partial<AskRules>) => nextCase(pending(change), { type: 'notified' }, at(5)).next;

  it('changes nothing, and pages whom the runbook names unless it means no', () => {
    expect(nextCase(pending(), due, at(600)).said).toEqual([
      { type: 'lapsed', rule: 'escalate', reason: 'nobody answered in time' },
      { type: 'closed', as: 'lapsed', reason: 'nobody answered in time', escalate: 'page_service_owner' },
    ]);
    expect(nextCase(pending({ onLapse: 'deny' }), due, at(600)).said).toMatchObject([
      { rule: 'deny' },
      { as: 'lapsed', escalate: '' },
    ]);
  });

  it('is a yes where the runbook says so and people had been told', () => {
    expect(nextCase(told({ onLapse: 'approve' }), due, at(601))).toMatchObject({
      next: { state: 'granting', grant: { lapsed: true } },
      said: [{ type: 'lapsed', rule: 'approve' }],
    });
  });

  it.each([
    ['nobody is known to have been told', pending({ onLapse: 'approve' }), at(600), true],
    ['it is high risk or final', told({ onLapse: 'approve', maySilenceApprove: false }), at(600), true],
    ['it is noticed more than a minute late', told({ onLapse: 'approve' }), at(661), true],
    ['the log was not read in all that time', told({ onLapse: 'approve' }), at(661), false],
  ])('is no yes where %s', (_why, current, now, readToEnd) => {
    expect(nextCase(current, { type: 'due', readToEnd }, now)).toMatchObject({
      next: { state: 'closed', ending: { as: 'lapsed' } },
      said: [{ rule: 'escalate' }, { escalate: 'page_service_owner' }],
    });
  });

  it('is no yes where the target is at high risk by now, whatever was declared', () => {
    const risky = { ...planned, risk: 'high' } as const;
    const asked = nextCase(planning({ onLapse: 'approve' }), { type: 'planned', planned: risky }, start).next;
    const { next, said } = nextCase(nextCase(asked, { type: 'notified' }, at(5)).next, due, at(601));
    expect(next).toMatchObject({ state: 'closed', ending: { as: 'lapsed' } });
    expect(said[0]).toMatchObject({ rule: 'escalate', reason: expect.stringContaining('high risk') });
  });

  it('waits for what the log held at the deadline', () => {
    expect(
      nextCase(told({ onLapse: 'approve' }), { type: 'due', readToEnd: false }, at(600)).next,
    ).toMatchObject({
      state: 'pending',
      dueAt: at(601),
    });
  });
});

describe('the end of the incident', () => {
  it.each([
    ['planning', planning()],
    ['pending', pending()],
    ['granting', nextCase(pending(), yes('maria'), at(60)).next],
    ['retrying', { ...planning(), state: 'retrying' as const }],
  ])('ends what is %s, and pages nobody', (_state, current) => {
    const { next, said } = nextCase(current, { type: 'resolved' }, at(90));
    expect(next.ending?.as).toBe('resolved');
    expect(said.at(-1)).toMatchObject({ type: 'closed', as: 'resolved', escalate: '' });
  });
});

describe('a cancel', () => {
  const cancelled: CaseEvent = { type: 'cancelled', reason: 'cancelled by maria: drained' };
  const retrying = { ...planning(), state: 'retrying' as const };

  it('ends what waits to be tried again, with who and why, and pages nobody', () => {
    const { next, said } = nextCase(retrying, cancelled, at(90));
    expect(next).toMatchObject({ state: 'closed', ending: { as: 'cancelled' } });
    expect(said).toEqual([
      { type: 'closed', as: 'cancelled', reason: 'cancelled by maria: drained', escalate: '' },
    ]);
    expect(nextCase(next, cancelled, at(91)).said).toEqual([]);
  });

  it('changes nothing while it is decided again: a slot may be taken, and is called back behind that', () => {
    const taking = nextCase(retrying, { type: 'taking' }, at(60)).next;
    expect(nextCase(taking, cancelled, at(61)).next).toBe(taking);
    const open = nextCase(taking, { type: 'not_taken' }, at(76)).next;
    expect(nextCase(open, cancelled, at(77)).next.ending?.as).toBe('cancelled');
  });

  it('ends what waits for a plan: nobody has been asked yet', () => {
    const { next, said } = nextCase(planning(), cancelled, at(5));
    expect(next).toMatchObject({ state: 'closed', ending: { as: 'cancelled' } });
    expect(said).toMatchObject([{ type: 'closed', as: 'cancelled', escalate: '' }]);
    expect(nextCase(next, { type: 'planned', planned }, at(6)).said).toEqual([]);
  });

  it('changes nothing of what people are asked about: they say no', () => {
    expect(nextCase(pending(), cancelled, at(90)).next).toEqual(pending());
  });
});

const person = fc.constantFrom('maria', 'tom', 'ann', 'bob');
const anyEvent: fc.Arbitrary<CaseEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('low', 'low', 'high')
      .map((risk): CaseEvent => ({ type: 'planned', planned: { ...planned, risk } })),
  },
  fc.constant<CaseEvent>({ type: 'planned', planned: { ...planned, hash: 'p2', refusal: 'not now' } }),
  fc.constant<CaseEvent>({ type: 'not_planned', reason: 'expired' }),
  {
    weight: 6,
    arbitrary: person.map((by): CaseEvent => ({ type: 'answered', answer: answerBy(by, 'approve') })),
  },
  {
    weight: 1,
    arbitrary: person.map((by): CaseEvent => ({ type: 'answered', answer: answerBy(by, 'deny') })),
  },
  fc.constant<CaseEvent>({ type: 'notified' }),
  fc.constant<CaseEvent>({ type: 'resolved' }),
  { weight: 2, arbitrary: fc.boolean().map((readToEnd): CaseEvent => ({ type: 'due', readToEnd })) },
  fc.constant<CaseEvent>({ type: 'cancelled', reason: 'drained' }),
  fc.constant<CaseEvent>({ type: 'taking' }),
  fc.constant<CaseEvent>({ type: 'not_taken' }),
  fc.constant<CaseEvent>({ type: 'decided_again' }),
  fc.constant<CaseEvent>({ type: 'ordered' }),
  fc.constant<CaseEvent>({ type: 'refused', reason: 'rate' }),
);
const answerBy = (by: string, answer: Answer['answer']): Answer => ({ by, answer, reason: '', at: start });
const rules = fc.record({
  quorum: fc.integer({ min: 1, max: 3 }),
  onLapse: fc.constantFrom('approve', 'deny', 'escalate'),
  maySilenceApprove: fc.boolean(),
});
const steps = fc.array(
  fc.record({ event: anyEvent, waitSeconds: fc.constantFrom(0, 1, 30, 300, 601, 700), twice: fc.boolean() }),
  { minLength: 25, maxLength: 25 },
);

it('keeps its promises over 100,000 events in any order, each maybe twice', () => {
  let count = 0;
  let granted = 0;
  let dropped = 0;
  fc.assert(
    fc.property(rules, fc.constantFrom('planning', 'planning', 'retrying'), steps, (change, state, story) => {
      let current: Case = { ...planning(change), state };
      let seconds = 0;
      const ends: Said[] = [];
      const asked: Said[] = [];
      for (const { event, waitSeconds, twice } of story) {
        seconds += waitSeconds;
        for (const one of twice ? [event, event] : [event]) {
          const before = current;
          const { next, said } = nextCase(current, one, at(seconds));
          count += 1;
          expect(unlawful(before, next, one, at(seconds))).toBe('');
          ends.push(...said.filter(({ type }) => type === 'closed'));
          asked.push(...said.filter(({ type }) => type === 'requested'));
          if (next.state === 'granting' && before.state !== 'granting') granted += 1;
          dropped += said.filter((one) => one.type === 'closed' && one.as === 'cancelled').length;
          current = next;
        }
      }
      expect(ends.length).toBeLessThanOrEqual(1);
      expect(asked.length).toBeLessThanOrEqual(1);
      // Nothing is forgotten: what is not over has a time at which it is looked at.
      expect(current.dueAt).toBeDefined();
    }),
    { numRuns: 3_000, seed: 20_261_121 },
  );
  expect(count).toBeGreaterThan(100_000);
  expect(granted).toBeGreaterThan(300);
  expect(dropped).toBeGreaterThan(100);
});

/** Empty where everything is as promised. */
function unlawful(before: Case, next: Case, event: CaseEvent, now: Date): string {
  if (before.state === 'closed') return next === before ? '' : 'what is over has changed';
  if (before.state === 'retrying') return unlawfulRetry(before, next, event);
  // People approve the plan that they were shown.
  if (before.planned && next.planned !== before.planned) return 'the plan has changed';
  if (next.state !== 'granting' || before.state === 'granting') return '';
  if (before.state !== 'pending') return 'granted what nobody was asked';
  if (event.type === 'answered') return hasQuorum(next) ? '' : 'too few said yes';
  return event.type === 'due' && isYesBySilence(next, now) ? '' : 'silence was taken for a yes';
}

function unlawfulRetry(before: Case, next: Case, event: CaseEvent): string {
  if (next.state !== 'retrying' && next.state !== 'closed') return 'what waits was asked about or granted';
  const isOver = next.state === 'closed' && event.type !== 'decided_again';
  if (before.isTaking && isOver) return 'it ended while a slot may be taken';
  const isUnwanted = event.type === 'cancelled' || event.type === 'resolved';
  if (isUnwanted && !before.isTaking && !isOver) return 'what nobody wants any more still waits';
  return isOver && !isUnwanted ? 'it ended for nothing' : '';
}

function hasQuorum({ answers, asks: rulesOf }: Case): boolean {
  const names = new Set(answers.filter(({ answer }) => answer === 'approve').map(({ by }) => by));
  return names.size >= (rulesOf?.quorum ?? 99);
}

function isYesBySilence({ asks: rulesOf, request, notifiedAt, planned: found }: Case, now: Date): boolean {
  const mayApprove = rulesOf?.onLapse === 'approve' && rulesOf.maySilenceApprove && found?.risk !== 'high';
  const lateMs = now.getTime() - (request?.deadline.getTime() ?? 0);
  return mayApprove && notifiedAt !== undefined && lateMs <= 60_000;
}
