import { z } from 'zod';
import {
  AccessRefused,
  CommandGiven,
  DeadLettered,
  NotificationSent,
  RunbookChanged,
  RunSkipped,
} from '#gen/belay/v1/audit.ts';
import { define, inTopic, stamp } from './event-definition.ts';
import { actor, count, id, longText, name, runbook, shortText, time } from './event-rules.ts';

const topic = inTopic('audit');
const key = (e: { actor: { name: string } | undefined }) => e.actor?.name ?? '';

export const auditEvents = {
  CommandGiven: define<CommandGiven>({
    topic,
    codec: CommandGiven,
    key,
    subject: (e) => e.subject,
    time: (e) => e.givenAt,
    about: (e) => [e.commandId],
    rules: z.looseObject({
      actor,
      command: name,
      subject: shortText,
      reason: longText,
      givenAt: time,
      commandId: id,
    }),
  }),
  AccessRefused: define<AccessRefused>({
    topic,
    codec: AccessRefused,
    key,
    subject: (e) => e.command,
    time: (e) => e.refusedAt,
    about: (e) => [e.refusalId],
    rules: z.looseObject({ actor, command: name, neededRole: name, refusedAt: time, refusalId: id }),
  }),
  DeadLettered: define<DeadLettered>({
    topic,
    codec: DeadLettered,
    key,
    subject: (e) => e.topic,
    time: (e) => e.deadLetteredAt,
    // The time is left out: the same record set aside twice is one dead letter.
    about: (e) => [e.group, e.topic, e.partition, e.offset],
    rules: z.looseObject({
      actor,
      group: name,
      topic: name,
      partition: count,
      offset: name,
      code: name,
      reason: longText,
      deadLetteredAt: time,
    }),
  }),
  NotificationSent: define<NotificationSent>({
    topic,
    codec: NotificationSent,
    key,
    subject: (e) => e.incidentId,
    time: (e) => e.sentAt,
    about: (e) => [e.channel, e.incidentId, stamp(e.sentAt)],
    rules: z.looseObject({ actor, channel: name, sentAt: time }),
  }),
  RunbookChanged: define<RunbookChanged>({
    topic,
    codec: RunbookChanged,
    key,
    subject: (e) => e.runbook?.name ?? '',
    time: (e) => e.changedAt,
    about: (e) => [e.runbook?.name ?? '', e.runbook?.version ?? 0, e.change, stamp(e.changedAt)],
    rules: z.looseObject({ actor, runbook, change: name, changedAt: time }),
  }),
  RunSkipped: define<RunSkipped>({
    topic,
    codec: RunSkipped,
    key,
    subject: (e) => e.runbook?.name ?? '',
    time: (e) => e.skippedAt,
    about: (e) => [e.runbook?.name ?? '', stamp(e.plannedAt)],
    rules: z.looseObject({
      actor,
      runbook,
      plannedAt: time,
      code: name,
      reason: longText,
      skippedAt: time,
      further: count,
    }),
  }),
};
