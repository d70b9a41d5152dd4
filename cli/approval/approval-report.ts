import { type Approval, ApprovalState, approvalStateToJSON } from '#gen/belay/v1/approval_service.ts';
import { type Check, CheckResult, type Risk, riskToJSON } from '#gen/belay/v1/common.ts';
import {
  ApprovalAnswer,
  ApprovalRequested,
  type LapsePolicy,
  lapsePolicyToJSON,
} from '#gen/belay/v1/decision.ts';
import { Plan } from '#gen/belay/v1/plan.ts';
import type { Presentation, Result } from '../frame/output.ts';
import type { Cell, Table } from '../frame/table.ts';

/** PENDING, ORDERED, ... as people write them. */
export const stateWord = (state: ApprovalState): string =>
  approvalStateToJSON(state)
    .replace(/^APPROVAL_STATE_/, '')
    .toLowerCase();

/** Enough of a plan's hash to compare by eye. The whole one is in the JSON. */
export const shortHash = (hash: string): string => hash.replace(/^\w+:/, '').slice(0, 12);

export function approvalBody({ request, answers, ...approval }: Approval): Readonly<Record<string, unknown>> {
  return {
    ...approval,
    state: stateWord(approval.state),
    request: request && ApprovalRequested.toJSON(request),
    answers: answers.map(({ actor, answer, reason, answeredAt }) => ({
      by: actor?.name,
      answer: answerWord(answer),
      reason,
      answeredAt,
    })),
  };
}

export const runbookText = (runbook: ApprovalRequested['runbook']): string =>
  runbook ? `${runbook.name}@${runbook.version}` : '';

/** The whole question: what was found, what would change, what was checked, and what if nobody answers. */
export function approvalPage(approval: Approval): Result {
  return {
    kind: 'Approval',
    body: approvalBody(approval),
    names: [approval.request?.approvalId ?? ''],
    table: (as) => pageTable(approval, as),
  };
}

/** Whether there is anything against it, in a table of its own: the page stays narrow. */
export function checksPage({ request }: Approval): Result {
  return {
    kind: 'ApprovalChecks',
    body: {},
    names: [],
    table: () => ({
      header: ['CHECKED', 'CHECK', 'RESULT', 'OBSERVED', 'LIMIT'],
      rows: [
        ...(request?.checks ?? []).map((check) => checkRow('decision', check)),
        ...(request?.liveChecks ?? []).map((check) => checkRow('target', check)),
      ],
    }),
  };
}

function pageTable(approval: Approval, as: Presentation): Table {
  const { request } = approval;
  return {
    rows: [
      ['approval', request?.approvalId ?? ''],
      ['state', stateOf(approval)],
      ...(request ? factsOf(request, as) : []),
      ...(request ? planRows(request) : []),
      ...(request && approval.state === ApprovalState.PENDING ? askedRows(request, as) : []),
      ...answersOf(approval, as),
      ...(approval.notMineBecause ? [['you', `cannot answer: ${approval.notMineBecause}`]] : []),
    ],
  };
}

const stateOf = ({ state, ending }: Approval): string =>
  [stateWord(state), ending].filter(Boolean).join(': ');

function factsOf(request: ApprovalRequested, { time }: Presentation): Cell[][] {
  const { service, externalId, incidentId, symptom, probableCause, confidence, summary, context, plan } =
    request;
  const cause = probableCause && `${probableCause} at ${confidence.toFixed(2)}`;
  const { kind = '', namespace = '', name = '', target = '' } = plan?.resource ?? {};
  return [
    ['incident', [externalId, incidentId].filter(Boolean).join(', ')],
    ['service', `${service}: ${kind} ${namespace ? `${namespace}/` : ''}${name} at ${target}`],
    ['symptom', [symptom, cause].filter(Boolean).join(', cause ')],
    ...(summary ? [['report', summary]] : []),
    ...Object.entries(context).map(([key, value]) => ['', `${key}: ${value}`]),
    ['asked', request.requestedAt ? time(request.requestedAt) : ''],
    ...(request.requestedBy ? [['requested by', request.requestedBy.name]] : []),
  ];
}

function planRows(request: ApprovalRequested): Cell[][] {
  const { planHash, changes, runbook, liveRisk, byHand, plan = NO_PLAN } = request;
  const risks = [`declared ${riskWord(plan.risk)}`, `as it is now ${riskWord(liveRisk)}`];
  return [
    ['runbook', [runbookText(runbook), plan.intent].filter(Boolean).join(': ')],
    ['plan', shortHash(planHash)],
    ...changes.map((change, index) => [index === 0 ? 'would change' : '', change]),
    ['risk', risks.join(', ')],
    ...verificationRows(plan),
    ...undoRows(plan),
    ...(byHand ? [['by hand', byHand]] : []),
  ];
}

const NO_PLAN = Plan.fromPartial({});

function verificationRows({ verification }: Plan): Cell[][] {
  if (!verification) return [];
  const { checks, timeoutSeconds } = verification;
  return [['verified by', `${checks.map(({ name }) => name).join(', ')} within ${timeoutSeconds} s`]];
}

function undoRows({ steps, rollback }: Plan): Cell[][] {
  const actions = steps.flatMap((step) => (step.rollback ? [step.rollback.action] : []));
  const how = [rollback?.type, ...actions].filter(Boolean).join(': ');
  return [['undo', how || 'none'], ...(rollback?.notes ? [['', rollback.notes]] : [])];
}

function askedRows(
  { approvers, quorum, deadline, onLapse }: ApprovalRequested,
  { time }: Presentation,
): Cell[][] {
  return [
    ['for', `${quorum} of ${approvers.join(', ')}`],
    ['answer by', deadline ? `${time(deadline)}, ${deadline.toISOString()}` : ''],
    ['unanswered', lapseWords(onLapse)],
  ];
}

const answersOf = ({ answers }: Approval, { time }: Presentation): Cell[][] =>
  answers.map(({ actor, answer, reason, answeredAt }) => [
    answerWord(answer),
    [actor?.name ?? '', answeredAt ? time(answeredAt) : '', reason].filter(Boolean).join(', '),
  ]);

function checkRow(where: string, { name, result, observed, limit }: Check): Cell[] {
  const word: Cell =
    result === CheckResult.PASS
      ? { text: 'pass', tone: 'good' }
      : result === CheckResult.REFUSE
        ? { text: 'REFUSE', tone: 'bad' }
        : { text: 'not reached', tone: 'dim' };
  return [where, name, word, observed, limit];
}

const answerWord = (answer: ApprovalAnswer): string =>
  answer === ApprovalAnswer.APPROVE ? 'approved' : 'denied';

const riskWord = (risk: Risk): string =>
  risk === 0
    ? 'unknown'
    : riskToJSON(risk)
        .replace(/^RISK_/, '')
        .toLowerCase();

const LAPSE_WORDS: Readonly<Record<string, string>> = {
  LAPSE_POLICY_APPROVE: 'goes on as if approved',
  LAPSE_POLICY_DENY: 'nothing changes',
  LAPSE_POLICY_ESCALATE: 'people are called, nothing changes',
};

export const lapseWords = (policy: LapsePolicy): string => LAPSE_WORDS[lapsePolicyToJSON(policy)] ?? '';
