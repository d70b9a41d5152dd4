import { listVerb } from '../../controls/list-verb.ts';

export const quarantineList = listVerb({
  noun: 'quarantine',
  kind: 'QuarantineList',
  summary: 'What nothing may touch, and why',
  setting: 'quarantine',
});
