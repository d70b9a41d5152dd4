import { liftVerb } from '../../controls/lift-verb.ts';

export const silenceLift = liftVerb({
  noun: 'silence',
  kind: 'Silence',
  summary: 'End a silence before its time',
  example: 'sil-77b2 --reason "load test is over"',
  lift: (request) => (client) => client.liftSilence(request),
});
