import { encodeEvent } from '#lib/events/encode-event.ts';
import { definitionOf, type EventType } from '#lib/events/event-types.ts';
import { sampleEvents } from './sample-events.ts';

/** What each event is for. The order is that of a fix. */
const purpose: Readonly<Record<EventType, string>> = {
  IncidentReported: 'An episode opened, or opened again within its cooling time.',
  IncidentResolved: 'An episode ended: its source said so, it fell silent, or a person closed it.',
  DecisionMade: 'What was decided, with every check that led there, also those behind the first refusal.',
  ApprovalRequested: 'A plan on live state waits for people. The approval binds to its hash.',
  ApprovalAnswered: 'A named approver approved or denied.',
  ApprovalLapsed: 'Nobody answered in time; the runbook says what that means.',
  OrderIssued:
    'What was ordered, for readers that must not read the order topics. An order to undo or to cancel names the action.',
  DecisionClosed: 'Nothing more will come of this decision.',
  Order: 'To one target: plan, execute, roll back or cancel. Signed, expiring, with the whole plan inside.',
  ActionPlanned: 'What an order would do on live state, with the hash of it. Nothing changed.',
  ActionRefused: 'The order itself was not acceptable. Nothing changed.',
  ActionAborted: 'The order was good and the moment was not. Nothing changed.',
  ActionStarted: 'The intent, acknowledged by the log before any effect begins.',
  StepFinished: 'One step, or the undoing of one.',
  ActionFinished: 'All steps are over. Not yet an outcome: only verification is.',
  StateSampled: 'Facts read at the target for the verifier, who has no credentials there.',
  CheckSampled: 'One judgement of one check.',
  ActionVerified: 'The verdict over all checks: verified, failed, inconclusive or error.',
  RollbackRequested: 'The fix did not help and can be undone. Decision answers with an order for that.',
  Escalated: 'People are needed.',
  ActionSettled: 'The end of an action. Exactly one for each order.',
  ActionResolved: "A person's verdict on an unknown outcome.",
  CommandGiven: 'A person or a program asked for something, and what came of it.',
  AccessRefused: 'Somebody asked for something that their roles do not allow.',
  DeadLettered: 'A record went aside, and why.',
  NotificationSent: 'Somebody was told, with the receipt.',
  RunbookChanged: 'A runbook was created, activated, deprecated or retired.',
  RunSkipped: 'A planned time at which its runbook was not run, and why.',
  ControlSet:
    'A switch that every hand looks at: kill switch, freeze, quarantine, heartbeat. The last one of a key holds.',
};

/** docs/events.md, from the definitions and one sample of each. */
export function eventsPage(): string {
  const sections = sampleEvents.map((event) => {
    const definition = definitionOf(event.type);
    const record = encodeEvent(event, 'belay/example');
    const json = JSON.stringify(definition.codec.toJSON(event.data), null, 2);
    return [
      `## ${event.type}`,
      '',
      purpose[event.type],
      '',
      `Topic \`${record.topic}\`, key \`${String(record.key)}\`, subject \`${String(record.headers['ce_subject'])}\`.`,
      '',
      '```json',
      json,
      '```',
    ].join('\n');
  });
  return `${HEAD}\n${sections.join('\n\n')}\n`;
}

const HEAD = `# Events

Every event that Belay writes, with one example of each. The examples tell one story: a crash-looping pod is replaced and verified.

On the wire an event is a protobuf message (\`proto/belay/v1\`) with CloudEvents headers in binary mode: \`ce_id\`, \`ce_type\` (\`belay.v1.\` and the name), \`ce_source\`, \`ce_time\`, \`ce_subject\`, \`ce_specversion\`, \`content-type\`, and \`traceparent\` where a trace is under way. Ids are derived from what the event is about, so a repeat has the same id. A record has at most 1 MiB. Readers believe a record when its type, topic, key and id agree with its content; everything else goes to \`<topic>.dead-letter\` with the reason.

This page is generated: \`npm run docs\`.
`;
