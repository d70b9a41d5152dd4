import { listVerb } from '../../controls/list-verb.ts';

export const silenceList = listVerb({
  noun: 'silence',
  kind: 'SilenceList',
  summary: 'What is silenced, until when, and why',
  setting: 'silence',
});
