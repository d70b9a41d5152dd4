import { z } from 'zod';
import { ApprovalState, type Approval, type ApprovalServiceService } from '#gen/belay/v1/approval_service.ts';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { AccessRules, CallContext, Handlers, RequestSchemas } from '#lib/grpc/service-methods.ts';
import type { Identity } from '#lib/identity/identity.ts';
import { recordRefused } from '#lib/platform/command-given.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import { line, reason } from '#lib/text-rules.ts';
import { approvalIdOf } from '../domain/cases/approval-id.ts';
import type { Case, EndedAs, Person } from '../domain/cases/case.ts';
import { howItEnded, refusalOf, type Reply, whyNotAnApprover } from '../domain/cases/refusal-of.ts';
import type { Cases } from '../ports.ts';
import { approvalRequestOf } from './approval-request.ts';
import { answerEvent, stepOf } from './case-events.ts';

type Service = typeof ApprovalServiceService;

/** The role opens the door; whether somebody counts is for each approval to say. */
export const approvalAccess: AccessRules<Service> = {
  listApprovals: 'viewer',
  getApproval: 'viewer',
  approve: 'approver',
  deny: 'approver',
};

const id = line(200).min(3, 'is shorter than 3 characters');

export const approvalSchemas: RequestSchemas<Service> = {
  getApproval: z.looseObject({ id }),
  approve: z.looseObject({ id, planHash: line(200).min(1, 'is missing'), reason: line(1_000) }),
  deny: z.looseObject({ id, reason }),
};

export interface ApprovalServiceOptions {
  /** Known once the service has started. */
  readonly cases: () => Cases;
  readonly clock: Clock;
  /** For the history: an answer that does not count is told there as well. */
  readonly publish: Publish;
}

interface Asked {
  readonly id: string;
  readonly reason: string;
}

type Answered = Pick<Reply, 'answer' | 'planHash'>;

export function approvalService({ cases, clock, publish }: ApprovalServiceOptions): Handlers<Service> {
  const record = async (request: Asked, answered: Answered, { actor }: CallContext): Promise<Approval> => {
    const found = await findOne(cases(), request.id);
    const person = personOf(actor);
    const after = await cases().advance(found.decisionId, (current) => {
      // By the clock of this moment: it may have waited for whoever answered first.
      const now = clock.now();
      const refusal = refusalOf(current, { person, ...answered }, now);
      if (refusal) throw refused(answered.answer, current, refusal);
      const said = { by: person.name, answer: answered.answer, reason: request.reason, at: now };
      return stepOf({ type: 'answered', answer: said }, now)(current);
    });
    if (!after) throw notFound(request.id);
    return toApproval(after, actor);
  };
  const answer = (request: Asked, answered: Answered, call: CallContext): Promise<Approval> => {
    const name = answered.answer === 'approve' ? 'ApprovalService/Approve' : 'ApprovalService/Deny';
    const command = { name, subject: request.id, reason: request.reason, at: clock.now() };
    return recordRefused(command, call, publish, () => record(request, answered, call));
  };
  return {
    listApprovals: async ({ mine, all }, { actor }) => {
      const approvals = (await cases().approvals(all)).flatMap((found) =>
        found.request ? [toApproval(found, actor)] : [],
      );
      return { approvals: mine ? approvals.filter((approval) => approval.mine) : approvals };
    },
    getApproval: async (request, { actor }) => ({
      approval: toApproval(await findOne(cases(), request.id), actor),
    }),
    approve: async (request, call) => ({
      approval: await answer(request, { answer: 'approve', planHash: request.planHash }, call),
    }),
    deny: async (request, call) => ({
      approval: await answer(request, { answer: 'deny', planHash: '' }, call),
    }),
  };
}

const personOf = ({ name, groups, kind }: Identity): Person => ({ name, groups, isHuman: kind === 'human' });

async function findOne(cases: Cases, prefix: string): Promise<Case> {
  const [first, second] = await cases.findApprovals(prefix);
  if (!first) throw notFound(prefix);
  const names = [approvalIdOf(first.decisionId), first.decisionId, first.incidentId, first.externalId];
  const isWhole = names.includes(prefix);
  // Of an incident or a decision, what waits comes first; of a beginning, two are one too many.
  if (second && !isWhole) throw ambiguous(prefix, [first, second]);
  return first;
}

function toApproval(found: Case, actor: Identity): Approval {
  const { asks, answers, ending } = found;
  const person = personOf(actor);
  const who = asks && whyNotAnApprover(asks, person);
  const hasAnswered = answers.some(({ by }) => by === person.name);
  const isOpen = found.state === 'pending';
  return {
    request: approvalRequestOf(found),
    state: stateOf(found),
    answers: answers.map((_, place) => answerEvent(found, place)),
    mine: isOpen && !who && !hasAnswered,
    notMineBecause: who?.why ?? (hasAnswered && isOpen ? 'you have answered' : ''),
    ending: howItEnded(found),
    closedAt: ending?.at,
  };
}

function stateOf({ state, ending }: Case): ApprovalState {
  if (state === 'pending') return ApprovalState.PENDING;
  if (state === 'granting') return ApprovalState.APPROVED;
  return ending ? ENDINGS[ending.as] : ApprovalState.UNSPECIFIED;
}

const ENDINGS: Readonly<Record<EndedAs, ApprovalState>> = {
  ordered: ApprovalState.ORDERED,
  shown: ApprovalState.SUGGESTED,
  denied: ApprovalState.DENIED,
  lapsed: ApprovalState.LAPSED,
  blocked: ApprovalState.BLOCKED,
  failed: ApprovalState.BLOCKED,
  resolved: ApprovalState.RESOLVED,
  cancelled: ApprovalState.UNSPECIFIED,
  decided_again: ApprovalState.UNSPECIFIED,
};

function refused(
  answer: Reply['answer'],
  { decisionId }: Case,
  { kind, code, why }: NonNullable<ReturnType<typeof refusalOf>>,
): BelayError {
  const done = answer === 'approve' ? 'not approved' : 'not denied';
  return new BelayError(kind, `${done}: ${why}`, {
    code,
    next: `belay approval show ${approvalIdOf(decisionId)}`,
  });
}

function notFound(id: string): BelayError {
  return new BelayError('not_found', `there is no approval ${JSON.stringify(id)}`, {
    code: 'APPROVAL_NOT_FOUND',
    field: 'id',
    next: 'belay approval list --all',
  });
}

function ambiguous(id: string, found: readonly Case[]): BelayError {
  const ids = found.map(({ decisionId }) => approvalIdOf(decisionId)).join(', ');
  return new BelayError('invalid', `more than one approval begins with ${JSON.stringify(id)}: ${ids}, ...`, {
    code: 'APPROVAL_AMBIGUOUS',
    field: 'id',
    next: 'give more of its id',
  });
}
