import { liftVerb } from '../../controls/lift-verb.ts';

export const freezeLift = liftVerb({
  noun: 'freeze',
  kind: 'Freeze',
  summary: 'End a freeze before its time',
  example: 'frz-3f2a --reason "release is out"',
  lift: (request) => (client) => client.liftFreeze(request),
});
