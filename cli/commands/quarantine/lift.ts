import { settleCommand } from '../../audit/unknown-outcomes.ts';
import { liftVerb } from '../../controls/lift-verb.ts';

export const quarantineLift = liftVerb({
  noun: 'quarantine',
  kind: 'Quarantine',
  summary: 'Let automation touch a resource again',
  example: 'act-91d0 --reason "looked at it, it is well"',
  besides: (actionId, session) =>
    `The workload stays locked until somebody says how it ended: ${settleCommand(actionId, session)}`,
  lift: (request) => (client) => client.liftQuarantine(request),
});
