import { listVerb } from '../../controls/list-verb.ts';

export const freezeList = listVerb({
  noun: 'freeze',
  kind: 'FreezeList',
  summary: 'What is frozen, until when, and why',
  setting: 'freeze',
});
