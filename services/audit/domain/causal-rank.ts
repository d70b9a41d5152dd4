/**
 * What can be the cause of what, for events of the same millisecond. A new type goes where it belongs: the
 * ranks of what is stored already keep the order among themselves.
 */
const causalOrder: readonly string[] = [
  'IncidentReported',
  'CommandGiven',
  'RunbookChanged',
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

/** In steps, so that what is found out later still fits between. */
const STEP = 10;

/** What stands beside the story, notifications and dead letters, comes last. */
export function causalRank(type: string): number {
  const index = causalOrder.indexOf(type);
  return (index < 0 ? causalOrder.length : index) * STEP;
}
