import { settleCommand } from '../../audit/unknown-outcomes.ts';
import { listVerb } from '../../controls/list-verb.ts';

export const quarantineList = listVerb({
  noun: 'quarantine',
  kind: 'QuarantineList',
  summary: 'What nothing may touch, and why',
  setting: 'quarantine',
  ending: (session) =>
    `Whoever has looked at one ends it by saying what became of it: ${settleCommand('ID', session)}`,
});
