import { toSeconds } from '#lib/seconds.ts';
import type { Result } from '../frame/output.ts';
import { printable } from '../frame/printable.ts';
import type { Session } from '../frame/session.ts';
import type { Cell } from '../frame/table.ts';
import type { Change } from './compare-decisions.ts';
import { count } from './notes.ts';
import type { Outcome, RunbookCount, SimulatedIncident, Simulation } from './simulation.ts';

export interface Report extends Simulation {
  /** Undefined: all that was recorded. */
  readonly since: Date | undefined;
  readonly notes: readonly string[];
  /** How many of the changes are forbidden. */
  readonly forbidden: number;
  readonly failOn: string;
}

/** The changes, the sums, and to stderr what they rest on. */
export async function printReport(report: Report, session: Session): Promise<void> {
  const { output } = session.globals;
  if (output === 'table' || output === 'wide') await printForPeople(report, session);
  else await session.out.print(simulationResult(report));
  for (const note of report.notes) session.say(printable(note));
  if (report.forbidden > 0) session.say(`Forbidden by --fail-on ${report.failOn}: ${report.forbidden}.`);
}

async function printForPeople(report: Report, { out, write, globals }: Session): Promise<void> {
  const isShown =
    globals.output === 'wide' ? () => true : ({ change }: SimulatedIncident) => change !== 'none';
  const shown = { ...report, incidents: report.incidents.filter(isShown) };
  if (shown.incidents.length > 0) {
    await out.print(simulationResult(shown));
    write('\n');
  }
  if (report.runbooks.length > 0) {
    await out.print(runbooksResult(report.runbooks));
    write('\n');
  }
  write(`${verdict(report)}\n`);
}

function verdict({ totals, since }: Report): string {
  const { incidents, changed, newAutomatic, noLongerAutomatic, other, stopped } = totals;
  const when = since === undefined ? '' : ` since ${toSeconds(since)}`;
  const apart = stopped === 0 ? '' : ` ${stopped} more counted apart: automation was stopped.`;
  if (incidents + stopped === 0) return `No incident was decided${when}: there is nothing to simulate.`;
  const changes = changed === 1 ? '1 changes' : `${changed} change`;
  return (
    `${count(incidents, 'incident')}${when}, ${changes}: ${newAutomatic} new automatic, ` +
    `${noLongerAutomatic} no longer automatic, ${other} other.${apart}`
  );
}

function simulationResult({ incidents, ...report }: Report): Result {
  const { since, totals, runbooks, notes, failOn, forbidden } = report;
  return {
    kind: 'Simulation',
    body: { since, totals, runbooks, failOn, forbidden, notes, items: incidents },
    names: incidents
      .filter(({ change, wasStopped }) => change !== 'none' && !wasStopped)
      .map(({ incidentId }) => incidentId),
    table: ({ time, wide }) => ({
      header: [
        ...['INCIDENT', 'WHEN', 'SERVICE', 'TRIGGER', 'RECORDED', 'SIMULATED', 'CHANGE', 'WHY'],
        ...(wide ? ['DECISION', 'ENDED'] : []),
      ],
      rows: incidents.map((incident) => [
        incident.externalId || incident.incidentId.slice(0, 12),
        time(incident.decidedAt),
        incident.service,
        [incident.symptom, incident.probableCause].filter(Boolean).join('/'),
        textOf(incident.recorded),
        textOf(incident.simulated),
        changeCell(incident),
        incident.why,
        ...(wide ? [incident.decisionId, incident.settledBy.replace('_', ' ')] : []),
      ]),
    }),
  };
}

function textOf({ mode, wouldHave, runbook, code }: Outcome): string {
  return [mode, wouldHave && `(${wouldHave})`, runbook, code].filter(Boolean).join(' ');
}

const CHANGES: Readonly<Record<Change, Cell>> = {
  none: { text: 'same', tone: 'dim' },
  new_automatic: { text: 'new automatic', tone: 'bad' },
  no_longer_automatic: { text: 'no longer automatic', tone: 'good' },
  other: 'other',
};

function changeCell({ change, wasStopped }: SimulatedIncident): Cell {
  return wasStopped ? { text: 'apart: stopped', tone: 'dim' } : CHANGES[change];
}

function runbooksResult(runbooks: readonly RunbookCount[]): Result {
  const change = (was: number, is: number): string => (was === is ? String(is) : `${was} -> ${is}`);
  return {
    kind: 'RunbookCounts',
    body: {},
    names: [],
    table: () => ({
      header: ['RUNBOOK', 'INCIDENTS', 'AUTOMATIC'],
      rows: runbooks.map(({ runbook, recorded, simulated }) => [
        runbook || 'none matches',
        change(recorded.incidents, simulated.incidents),
        change(recorded.automatic, simulated.automatic),
      ]),
    }),
  };
}
