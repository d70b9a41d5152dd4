import type { VerbList } from './frame/load-verbs.ts';
import type { Noun } from './frame/program.ts';

/** Every command there is, in the order of the help. Its file is loaded when it is called, or asked about. */
export const verbs: VerbList = {
  up: async () => (await import('./commands/up.ts')).up,
  demo: async () => (await import('./commands/demo.ts')).demo,
  serve: async () => (await import('./commands/serve.ts')).serve,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  'incident report': async () => (await import('./commands/incident/report.ts')).incidentReport,
  'incident show': async () => (await import('./commands/incident/show.ts')).incidentShow,
  'incident resolve': async () => (await import('./commands/incident/resolve.ts')).incidentResolve,
  'decision why': async () => (await import('./commands/decision/why.ts')).decisionWhy,
  'runbook lint': async () => (await import('./commands/runbook/lint.ts')).runbookLint,
  'runbook list': async () => (await import('./commands/runbook/list.ts')).runbookList,
  'runbook show': async () => (await import('./commands/runbook/show.ts')).runbookShow,
  'runbook diff': async () => (await import('./commands/runbook/diff.ts')).runbookDiff,
  'runbook apply': async () => (await import('./commands/runbook/apply.ts')).runbookApply,
  'runbook activate': async () => (await import('./commands/runbook/activate.ts')).runbookActivate,
  'runbook deprecate': async () => (await import('./commands/runbook/retire.ts')).runbookDeprecate,
  'runbook archive': async () => (await import('./commands/runbook/retire.ts')).runbookArchive,
  'runbook history': async () => (await import('./commands/runbook/history.ts')).runbookHistory,
  'runbook import': async () => (await import('./commands/runbook/import.ts')).runbookImport,
  'runbook test': async () => (await import('./commands/runbook/test.ts')).runbookTest,
  'kill-switch engage': async () => (await import('./commands/kill-switch/set.ts')).killSwitchEngage,
  'kill-switch release': async () => (await import('./commands/kill-switch/set.ts')).killSwitchRelease,
  'kill-switch status': async () => (await import('./commands/kill-switch/status.ts')).killSwitchStatus,
  'audit query': async () => (await import('./commands/audit/query.ts')).auditQuery,
  completion: async () => (await import('./commands/completion.ts')).completion,
  version: async () => (await import('./commands/version.ts')).version,
};

/** What verbs of two words are about. */
export const nouns: Readonly<Record<string, Noun>> = {
  incident: { summary: 'Report, follow and resolve problems', group: 'Work with it' },
  decision: { summary: 'Ask why automation acted, or did not', group: 'Work with it' },
  runbook: { summary: 'Write, check, test and compare runbooks, and have them run', group: 'Work with it' },
  'kill-switch': { summary: 'Stop automation, and let it go on', group: 'Work with it' },
  audit: { summary: 'Search what happened', group: 'Work with it' },
};
