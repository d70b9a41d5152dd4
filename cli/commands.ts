import { auditQuery } from './commands/audit/query.ts';
import { completion } from './commands/completion.ts';
import { decisionWhy } from './commands/decision/why.ts';
import { doctor } from './commands/doctor.ts';
import { incidentReport } from './commands/incident/report.ts';
import { incidentShow } from './commands/incident/show.ts';
import { killSwitchEngage, killSwitchRelease } from './commands/kill-switch/set.ts';
import { killSwitchStatus } from './commands/kill-switch/status.ts';
import { serve } from './commands/serve.ts';
import { up } from './commands/up.ts';
import { version } from './commands/version.ts';
import type { Noun } from './frame/program.ts';
import type { Verb } from './frame/verb.ts';

/** Every command there is, in the order of the help. */
export const verbs: readonly Verb[] = [
  up,
  serve,
  doctor,
  incidentReport,
  incidentShow,
  decisionWhy,
  killSwitchEngage,
  killSwitchRelease,
  killSwitchStatus,
  auditQuery,
  completion,
  version,
];

/** What verbs of two words are about. */
export const nouns: Readonly<Record<string, Noun>> = {
  incident: { summary: 'Report and follow problems', group: 'Work with it' },
  decision: { summary: 'Ask why automation acted, or did not', group: 'Work with it' },
  'kill-switch': { summary: 'Stop automation, and let it go on', group: 'Work with it' },
  audit: { summary: 'Search what happened', group: 'Work with it' },
};
