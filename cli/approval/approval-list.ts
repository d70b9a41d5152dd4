import { type Approval, ApprovalState } from '#gen/belay/v1/approval_service.ts';
import type { ApprovalRequested } from '#gen/belay/v1/decision.ts';
import type { Presentation, Result } from '../frame/output.ts';
import type { Cell } from '../frame/table.ts';
import { approvalBody, lapseWords, runbookText, stateWord } from './approval-report.ts';

export function approvalList(approvals: readonly Approval[]): Result {
  return {
    kind: 'ApprovalList',
    body: { items: approvals.map(approvalBody) },
    names: approvals.map(({ request }) => request?.approvalId ?? ''),
    table: (as) => ({
      header: ['APPROVAL', 'SERVICE', 'RUNBOOK', 'WHAT', 'STATE', ...endHeader(approvals), 'YOURS'],
      rows: approvals.map((approval) => listRow(approval, as)),
    }),
  };
}

const isOver = ({ state }: Approval): boolean => state !== ApprovalState.PENDING;

const endHeader = (approvals: readonly Approval[]): string[] =>
  approvals.some(isOver)
    ? ['DEADLINE OR END', 'IF NOBODY ANSWERS, OR HOW IT ENDED']
    : ['DEADLINE', 'IF NOBODY ANSWERS'];

function listRow(approval: Approval, { time, wide }: Presentation): Cell[] {
  const { request, state, mine } = approval;
  if (!request) return [];
  const { approvalId, service, runbook, changes } = request;
  return [
    wide ? approvalId : approvalId.slice(0, 12),
    service,
    runbookText(runbook),
    changes.join('; '),
    { text: stateWord(state), tone: state === ApprovalState.PENDING ? 'bad' : 'dim' },
    ...(isOver(approval) ? endCells(approval, time) : deadlineCells(request, time)),
    mine ? 'yes' : '',
  ];
}

/** A deadline says nothing any more. */
const endCells = ({ ending, closedAt }: Approval, time: Presentation['time']): Cell[] => [
  closedAt ? `ended ${time(closedAt)}` : '',
  ending,
];

const deadlineCells = ({ deadline, onLapse }: ApprovalRequested, time: Presentation['time']): Cell[] => [
  deadline ? time(deadline) : '',
  lapseWords(onLapse),
];
