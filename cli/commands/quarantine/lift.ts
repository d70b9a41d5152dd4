import { liftVerb } from '../../controls/lift-verb.ts';

export const quarantineLift = liftVerb({
  noun: 'quarantine',
  kind: 'Quarantine',
  summary: 'Let automation touch a resource again',
  example: 'act-91d0 --reason "looked at it, it is well"',
  lift: (request) => (client) => client.liftQuarantine(request),
});
