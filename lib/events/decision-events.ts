import { z } from 'zod';
import {
  ApprovalAnswered,
  ApprovalLapsed,
  ApprovalRequested,
  DecisionClosed,
  DecisionMade,
  OrderIssued,
} from '#gen/belay/v1/decision.ts';
import { define, inTopic, stamp } from './event-definition.ts';
import {
  actionIds,
  actor,
  checks,
  count,
  decisionIds,
  id,
  known,
  knownOrUnset,
  listOf,
  longText,
  name,
  optionalTime,
  runbook,
  time,
} from './event-rules.ts';
import { plan } from './plan-rules.ts';

const topic = inTopic('decision');
const key = (e: { incidentId: string }) => e.incidentId;
const subject = key;

const slotLimits = z.looseObject({
  maxExecutionsPerHour: count,
  cooldownSeconds: count,
  maxConcurrentActions: count,
  maxAttemptsPerTarget: count,
  breakerFailures: count,
  breakerRecoverySeconds: count,
  concurrency: z.looseObject({ global: count, perTarget: count, perNamespace: count, perService: count }),
});

export const decisionEvents = {
  DecisionMade: define<DecisionMade>({
    topic,
    codec: DecisionMade,
    key,
    subject,
    time: (e) => e.decidedAt,
    about: (e) => [e.decisionId],
    rules: z.looseObject({
      ...decisionIds,
      attempt: count,
      mode: known,
      runbook: runbook.optional(),
      service: name,
      risk: knownOrUnset,
      checks,
      code: name,
      summary: longText,
      retryAt: optionalTime,
      decidedAt: time,
    }),
  }),
  ApprovalRequested: define<ApprovalRequested>({
    topic,
    codec: ApprovalRequested,
    key,
    subject,
    time: (e) => e.requestedAt,
    about: (e) => [e.approvalId],
    rules: z.looseObject({
      approvalId: id,
      ...actionIds,
      planHash: id,
      plan,
      approvers: listOf(name),
      quorum: count,
      deadline: time,
      onLapse: known,
      checks,
      requestedAt: time,
    }),
  }),
  ApprovalAnswered: define<ApprovalAnswered>({
    topic,
    codec: ApprovalAnswered,
    key,
    subject,
    time: (e) => e.answeredAt,
    about: (e) => [e.approvalId, e.actor?.name ?? ''],
    rules: z.looseObject({
      approvalId: id,
      ...decisionIds,
      answer: known,
      actor,
      planHash: id,
      answeredAt: time,
    }),
  }),
  ApprovalLapsed: define<ApprovalLapsed>({
    topic,
    codec: ApprovalLapsed,
    key,
    subject,
    time: (e) => e.lapsedAt,
    about: (e) => [e.approvalId],
    rules: z.looseObject({ approvalId: id, ...decisionIds, onLapse: known, lapsedAt: time }),
  }),
  OrderIssued: define<OrderIssued>({
    topic,
    codec: OrderIssued,
    key,
    subject,
    time: (e) => e.issuedAt,
    about: (e) => [e.actionId, e.phase],
    rules: z.looseObject({
      ...actionIds,
      phase: known,
      target: name,
      plan: plan.optional(),
      planDigest: id,
      mode: known,
      issuedAt: time,
      actBefore: time,
      slotLimits: slotLimits.optional(),
    }),
  }),
  DecisionClosed: define<DecisionClosed>({
    topic,
    codec: DecisionClosed,
    key,
    subject,
    time: (e) => e.closedAt,
    about: (e) => [e.decisionId, stamp(e.closedAt)],
    rules: z.looseObject({ ...decisionIds, outcome: known, reason: longText, closedAt: time }),
  }),
};
