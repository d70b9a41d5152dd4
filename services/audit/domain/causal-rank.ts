/**
 * What can be the cause of what, for events of the same millisecond. A new type goes where it belongs: ranks are
 * stored, but those from before and after an upgrade never meet within a millisecond.
 */
const causalOrder: readonly string[] = [
  'IncidentReported',
  'CommandGiven',
  'RunbookChanged',
  'RunSkipped',
  'ControlSet',
  'DecisionMade',
  'ActionPlanned',
  'ApprovalRequested',
  'ApprovalAnswered',
  'ApprovalLapsed',
  'OrderIssued',
  'ActionRefused',
  'ActionStarted',
  'ActionAborted',
  'StepFinished',
  'ActionFinished',
  'StateSampled',
  'CheckSampled',
  'ActionVerified',
  'RollbackRequested',
  'Escalated',
  'ActionSettled',
  'ActionResolved',
  'DecisionClosed',
  'IncidentResolved',
];

/** What stands beside the story, notifications and dead letters, comes last. */
export function causalRank(type: string): number {
  const index = causalOrder.indexOf(type);
  return index < 0 ? causalOrder.length : index;
}
