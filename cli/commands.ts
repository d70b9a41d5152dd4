import type { VerbList } from './frame/load-verbs.ts';
import type { Noun } from './frame/program.ts';

/** Every command there is, in the order of the help. Its file is loaded when it is called, or asked about. */
export const verbs: VerbList = {
  up: async () => (await import('./commands/up.ts')).up,
  demo: async () => (await import('./commands/demo.ts')).demo,
  serve: async () => (await import('./commands/serve.ts')).serve,
  status: async () => (await import('./commands/status.ts')).status,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  'incident report': async () => (await import('./commands/incident/report.ts')).incidentReport,
  'incident show': async () => (await import('./commands/incident/show.ts')).incidentShow,
  'incident resolve': async () => (await import('./commands/incident/resolve.ts')).incidentResolve,
  'decision why': async () => (await import('./commands/decision/why.ts')).decisionWhy,
  'runbook lint': async () => (await import('./commands/runbook/lint.ts')).runbookLint,
  'runbook list': async () => (await import('./commands/runbook/list.ts')).runbookList,
  'runbook show': async () => (await import('./commands/runbook/show.ts')).runbookShow,
  'runbook diff': async () => (await import('./commands/runbook/diff.ts')).runbookDiff,
  'runbook import': async () => (await import('./commands/runbook/import.ts')).runbookImport,
  'runbook test': async () => (await import('./commands/runbook/test.ts')).runbookTest,
  'runbook disable': async () => (await import('./commands/runbook/set-enabled.ts')).runbookDisable,
  'runbook enable': async () => (await import('./commands/runbook/set-enabled.ts')).runbookEnable,
  'kill-switch engage': async () => (await import('./commands/kill-switch/set.ts')).killSwitchEngage,
  'kill-switch release': async () => (await import('./commands/kill-switch/set.ts')).killSwitchRelease,
  'kill-switch status': async () => (await import('./commands/kill-switch/status.ts')).killSwitchStatus,
  simulate: async () => (await import('./commands/simulate.ts')).simulate,
  'freeze create': async () => (await import('./commands/freeze/create.ts')).freezeCreate,
  'freeze list': async () => (await import('./commands/freeze/list.ts')).freezeList,
  'freeze lift': async () => (await import('./commands/freeze/lift.ts')).freezeLift,
  'silence create': async () => (await import('./commands/silence/create.ts')).silenceCreate,
  'silence list': async () => (await import('./commands/silence/list.ts')).silenceList,
  'silence lift': async () => (await import('./commands/silence/lift.ts')).silenceLift,
  'quarantine list': async () => (await import('./commands/quarantine/list.ts')).quarantineList,
  'quarantine lift': async () => (await import('./commands/quarantine/lift.ts')).quarantineLift,
  'target list': async () => (await import('./commands/target/list.ts')).targetList,
  'target show': async () => (await import('./commands/target/show.ts')).targetShow,
  'audit query': async () => (await import('./commands/audit/query.ts')).auditQuery,
  completion: async () => (await import('./commands/completion.ts')).completion,
  version: async () => (await import('./commands/version.ts')).version,
};

/** What verbs of two words are about. */
export const nouns: Readonly<Record<string, Noun>> = {
  incident: { summary: 'Report, follow and resolve problems', group: 'Work with it' },
  decision: { summary: 'Ask why automation acted, or did not', group: 'Work with it' },
  runbook: { summary: 'Write, check, test, compare and disable runbooks', group: 'Work with it' },
  'kill-switch': { summary: 'Stop automation, and let it go on', group: 'Work with it' },
  freeze: {
    summary: 'Keep a namespace, a service, a target or everything still for a time',
    group: 'Work with it',
  },
  silence: { summary: 'Have incidents of a service decided only, for a time', group: 'Work with it' },
  quarantine: { summary: 'See what nothing may touch, and free it', group: 'Work with it' },
  target: { summary: 'See where automation may act', group: 'Work with it' },
  audit: { summary: 'Search what happened', group: 'Work with it' },
};
