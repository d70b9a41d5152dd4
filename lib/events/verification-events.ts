import { z } from 'zod';
import {
  ActionResolved,
  ActionSettled,
  ActionVerified,
  CheckSampled,
  Escalated,
  RollbackRequested,
} from '#gen/belay/v1/verification.ts';
import { define, inTopic } from './event-definition.ts';
import {
  actionIds,
  actor,
  checks,
  count,
  known,
  longText,
  name,
  targetedAction,
  time,
} from './event-rules.ts';

const topic = inTopic('verification');
const key = (e: { actionId: string }) => e.actionId;
const subject = (e: { incidentId: string }) => e.incidentId;

export const verificationEvents = {
  CheckSampled: define<CheckSampled>({
    topic,
    codec: CheckSampled,
    key,
    subject,
    time: (e) => e.sampledAt,
    about: (e) => [e.actionId, e.check, e.sequence],
    rules: z.looseObject({ ...actionIds, check: name, sequence: count, verdict: known, sampledAt: time }),
  }),
  ActionVerified: define<ActionVerified>({
    topic,
    codec: ActionVerified,
    key,
    subject,
    time: (e) => e.verifiedAt,
    about: (e) => [e.actionId],
    rules: z.looseObject({ ...actionIds, verdict: known, checks, verifiedAt: time }),
  }),
  RollbackRequested: define<RollbackRequested>({
    topic,
    codec: RollbackRequested,
    key,
    subject,
    time: (e) => e.requestedAt,
    about: (e) => [e.actionId],
    rules: z.looseObject({ ...targetedAction, reason: longText, requestedAt: time }),
  }),
  Escalated: define<Escalated>({
    topic,
    codec: Escalated,
    key,
    subject,
    time: (e) => e.escalatedAt,
    about: (e) => [e.actionId, e.policy],
    rules: z.looseObject({ ...actionIds, policy: name, reason: longText, escalatedAt: time }),
  }),
  ActionSettled: define<ActionSettled>({
    topic,
    codec: ActionSettled,
    key,
    subject,
    time: (e) => e.settledAt,
    about: (e) => [e.actionId],
    rules: z.looseObject({
      ...targetedAction,
      outcome: known,
      effect: known,
      reason: longText,
      settledAt: time,
    }),
  }),
  ActionResolved: define<ActionResolved>({
    topic,
    codec: ActionResolved,
    key,
    subject,
    time: (e) => e.resolvedAt,
    about: (e) => [e.actionId],
    rules: z.looseObject({ ...actionIds, resolvedAs: known, actor, reason: longText, resolvedAt: time }),
  }),
};
