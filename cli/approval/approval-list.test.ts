import { expect, it } from 'vitest';
import { Approval, ApprovalState } from '#gen/belay/v1/approval_service.ts';
import { LapsePolicy } from '#gen/belay/v1/decision.ts';
import { approvalList } from './approval-list.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 3, 3, minute));
const minutes = (time: Date) => `minute ${time.getUTCMinutes()}`;
const approval = (state: ApprovalState, more: Parameters<typeof Approval.fromPartial>[0] = {}) =>
  Approval.fromPartial({
    state,
    ...more,
    request: {
      approvalId: 'apr-5b09',
      service: 'checkout',
      deadline: at(30),
      onLapse: LapsePolicy.DENY,
      ...more.request,
    },
  });
const pending = approval(ApprovalState.PENDING, { mine: true });
const denied = approval(ApprovalState.DENIED, {
  ending: 'it was denied at 2026-03-03T03:12:00.000Z: tom: not today',
  closedAt: at(12),
});
const granted = approval(ApprovalState.APPROVED, { ending: 'tom approved it at 2026-03-03T03:12:00.000Z' });
const shown = approval(ApprovalState.SUGGESTED, {
  request: { suggestionOnly: true },
  ending: 'it was a suggestion, and nobody was asked at 2026-03-03T03:12:00.000Z',
  closedAt: at(12),
});

function table(...approvals: readonly Approval[]) {
  const { header = [], rows } = approvalList(approvals).table({ wide: false, time: minutes });
  return { header: header.slice(5), rows: rows.map((row) => row.slice(5)) };
}

it('says of what waits by when, and what silence means', () => {
  expect(table(pending)).toEqual({
    header: ['DEADLINE', 'IF NOBODY ANSWERS', 'YOURS'],
    rows: [['minute 30', 'nothing changes', 'yes']],
  });
});

it('says of what is over when and how it ended: no deadline runs any more', () => {
  expect(table(pending, denied, granted, shown)).toEqual({
    header: ['DEADLINE OR END', 'IF NOBODY ANSWERS, OR HOW IT ENDED', 'YOURS'],
    rows: [
      ['minute 30', 'nothing changes', 'yes'],
      ['ended minute 12', 'it was denied at 2026-03-03T03:12:00.000Z: tom: not today', ''],
      ['', 'tom approved it at 2026-03-03T03:12:00.000Z', ''],
      ['ended minute 12', 'it was a suggestion, and nobody was asked at 2026-03-03T03:12:00.000Z', ''],
    ],
  });
});

it('is a list for programs like every other', () => {
  const { kind, body } = approvalList([denied]);
  expect({ kind, ...body }).toMatchObject({
    kind: 'ApprovalList',
    items: [{ state: 'denied', closedAt: at(12) }],
  });
});
