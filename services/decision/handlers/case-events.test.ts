import { expect, it } from 'vitest';
import type { Case } from '../domain/cases/case.ts';
import { answerEvent } from './case-events.ts';

const at = new Date('2026-03-03T03:12:00Z');
const yes = (by: string) => ({ by, answer: 'approve', reason: '', at }) as const;
const lapsed: Case = {
  decisionId: 'dec-1',
  incidentId: 'inc-1',
  externalId: 'INC001',
  attempt: 1,
  openedAt: at,
  state: 'closed',
  record: '{}',
  asks: {
    approvers: ['group:oncall'],
    quorum: 2,
    timerMs: 600_000,
    onLapse: 'escalate',
    requester: 'bob',
    maySilenceApprove: false,
  },
  escalate: '',
  dueAt: at,
  planned: { hash: 'p1', risk: 'low', refusal: '', record: '{}' },
  request: { at, deadline: at },
  answers: [yes('maria')],
  notifiedAt: undefined,
  grant: undefined,
  isTaking: false,
  ending: { as: 'lapsed', reason: 'nobody else answered', at },
};

it('says of each answer how far it brought the quorum, however it ended', () => {
  expect(answerEvent(lapsed, 0)).toMatchObject({ approvals: 1, quorum: 2, quorumReached: false });
  const granted = { ...lapsed, answers: [yes('maria'), yes('tom')] };
  expect(answerEvent(granted, 0).quorumReached).toBe(false);
  expect(answerEvent(granted, 1)).toMatchObject({ approvals: 2, quorumReached: true });
});

it('takes one who denies for enough', () => {
  const denied = { ...lapsed, answers: [yes('maria'), { ...yes('tom'), answer: 'deny' as const }] };
  expect(answerEvent(denied, 1)).toMatchObject({ approvals: 1, quorumReached: true });
});
