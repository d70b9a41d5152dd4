import type { Bounded } from '../play/bound-modes.ts';
import type { History } from './history.ts';
import { ASSUMED_RUN_MS, type SettledBy } from './replay.ts';
import type { Simulation } from './simulation.ts';

export interface NoteOptions {
  readonly simulation: Simulation;
  readonly history: History;
  /** Names of those that were given. */
  readonly runbooks: readonly string[];
  readonly bounded: readonly Bounded[];
  /** The file with the policy. Undefined: the defaults. */
  readonly policyFile: string | undefined;
  readonly withoutData: number;
}

/** What was taken for granted, and what was not compared: without it the numbers would say more than they know. */
export function notesOn(options: NoteOptions): readonly string[] {
  const { simulation, history, withoutData } = options;
  return [
    ...stopped(simulation),
    ...absentRunbooks(options),
    ...counted(history.undecided, 'without a decision yet', 'not compared', 'report'),
    ...counted(
      history.others.length,
      'that came later about the same report, or whose report is not in the history',
      'not compared and taken as recorded',
      'decision',
    ),
    ...counted(
      withoutData,
      'too long for audit to show',
      'left out, and an incident among them is not compared',
      'event',
    ),
    ...assumptions(options),
  ];
}

function stopped({ totals }: Simulation): readonly string[] {
  if (totals.stopped === 0) return [];
  return [
    `${count(totals.stopped, 'incident')} came while automation was stopped (kill switch, freeze, silence, disabled ` +
      `runbook, quarantine) and ${areCounted(totals.stopped)} apart: what that did then cannot be told from what the ` +
      'runbooks do. They are decided as if nothing had been stopped, nothing follows from them for later ones, and ' +
      '--fail-on does not look at them.',
  ];
}

/** Whoever gives one file of several would read of changes that nobody makes. */
function absentRunbooks({ simulation, runbooks }: NoteOptions): readonly string[] {
  return simulation.runbooks
    .filter(
      ({ runbook, recorded }) => runbook !== '' && recorded.incidents > 0 && !runbooks.includes(runbook),
    )
    .map(
      ({ runbook, recorded }) =>
        `${count(recorded.incidents, 'incident')} went to ${runbook}, which is not among the runbooks given: ` +
        'give all that are to run, or it counts as removed.',
    );
}

function assumptions({ simulation, history, bounded, policyFile }: NoteOptions): readonly string[] {
  if (simulation.incidents.length === 0) return [];
  const actions = history.past.filter(({ issued }) => issued !== undefined).length;
  return [
    'Assumed: each incident is decided at the time of its recorded decision, on what was reported, and an executor ' +
      'serves its target unless that decision says there was none.',
    ...bounded.map(
      ({ name, mode, asksFor }) =>
        `Assumed: ${name} may do what it may now, ${mode}, though it asks for ${asksFor}; --own-modes lets it.`,
    ),
    `Assumed: the policy is ${policyFile === undefined ? 'the default one; --policy gives another' : `that of ${policyFile}`}.`,
    `Assumed: guardrails begin with ${count(actions, 'action')} from before${settlementsOf(simulation)}.`,
    'Automatic means ordered: the checks on the live target are not simulated, and may still refuse.',
  ];
}

function settlementsOf({ incidents }: Simulation): string {
  const by = (how: SettledBy) => incidents.filter(({ settledBy }) => settledBy === how).length;
  const [recorded, assumed, underWay] = [by('recorded'), by('assumed'), by('under_way')];
  return [
    recorded > 0 && `; ${count(recorded, 'simulated action')} ended as recorded`,
    assumed > 0 &&
      `; ${count(assumed, 'simulated action')} had not been run, and helped ${ASSUMED_RUN_MS / 1_000} s after the decision`,
    underWay > 0 && `; ${count(underWay, 'simulated action')} had not ended, and goes on`,
  ]
    .filter((part) => part !== false)
    .join('');
}

function counted(number: number, which: string, what: string, noun: string): readonly string[] {
  return number === 0 ? [] : [`${count(number, noun)} ${which}: ${what}.`];
}

const areCounted = (number: number): string => (number === 1 ? 'is counted' : 'are counted');

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
