import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import { modeName } from '../play/mode-name.ts';
import { type Change, changeOf, isAutomatic, whyOf } from './compare-decisions.ts';
import type { ReplayedIncident, SettledBy } from './replay.ts';

/** What was decided, or would be. */
export interface Outcome {
  readonly mode: string;
  /** Empty where none matches. */
  readonly runbook: string;
  readonly digest: string;
  readonly code: string;
  /** In observe: the mode it would have been. */
  readonly wouldHave: string;
  readonly isAutomatic: boolean;
  readonly summary: string;
}

export interface SimulatedIncident {
  readonly incidentId: string;
  readonly externalId: string;
  readonly decisionId: string;
  readonly decidedAt: Date;
  readonly service: string;
  readonly symptom: string;
  readonly probableCause: string;
  readonly recorded: Outcome;
  readonly simulated: Outcome;
  readonly change: Change;
  /** Empty where nothing changes. */
  readonly why: string;
  readonly settledBy: SettledBy;
  /** A switch, a freeze or the like was set then. It is not counted: that may be all that makes the difference. */
  readonly wasStopped: boolean;
}

export interface Totals {
  /** Those that are compared. */
  readonly incidents: number;
  readonly changed: number;
  readonly newAutomatic: number;
  readonly noLongerAutomatic: number;
  readonly other: number;
  /** Counted apart. */
  readonly stopped: number;
}

export interface RunbookCount {
  /** Empty: no runbook. */
  readonly runbook: string;
  readonly recorded: Count;
  readonly simulated: Count;
}

interface Count {
  readonly incidents: number;
  readonly automatic: number;
}

export interface Simulation {
  readonly incidents: readonly SimulatedIncident[];
  readonly totals: Totals;
  readonly runbooks: readonly RunbookCount[];
}

export function simulationOf(replayed: readonly ReplayedIncident[]): Simulation {
  const incidents = replayed.map(simulatedIncident);
  const compared = incidents.filter(({ wasStopped }) => !wasStopped);
  const number = (change: Change) => compared.filter((incident) => incident.change === change).length;
  return {
    incidents,
    totals: {
      incidents: compared.length,
      changed: compared.length - number('none'),
      newAutomatic: number('new_automatic'),
      noLongerAutomatic: number('no_longer_automatic'),
      other: number('other'),
      stopped: incidents.length - compared.length,
    },
    runbooks: countRunbooks(compared),
  };
}

function simulatedIncident(replayed: ReplayedIncident): SimulatedIncident {
  const { incident, simulated, settledBy, wasStopped } = replayed;
  const { report, decision } = incident;
  const change = changeOf(decision.made, simulated);
  return {
    incidentId: report.incidentId,
    externalId: report.externalId,
    decisionId: decision.made.decisionId,
    decidedAt: decision.decidedAt,
    service: report.service,
    symptom: report.symptom,
    probableCause: report.probableCause,
    recorded: outcomeOf(decision.made),
    simulated: outcomeOf(simulated),
    change,
    why: reasonFor(change, replayed),
    settledBy,
    wasStopped,
  };
}

function reasonFor(change: Change, { incident, simulated, wasStopped }: ReplayedIncident): string {
  if (change === 'none') return '';
  if (wasStopped) return 'as if it had not been stopped';
  return whyOf(incident.decision.made, simulated);
}

function outcomeOf(made: DecisionMade): Outcome {
  const { mode, runbook, code, wouldHave, summary } = made;
  return {
    mode: modeName(mode),
    runbook: runbook?.name ?? '',
    digest: runbook?.digest ?? '',
    code,
    wouldHave: modeName(wouldHave),
    isAutomatic: isAutomatic(made),
    summary,
  };
}

function countRunbooks(incidents: readonly SimulatedIncident[]): readonly RunbookCount[] {
  const names = new Set(
    incidents.flatMap(({ recorded, simulated }) => [recorded.runbook, simulated.runbook]),
  );
  const countOf = (outcomes: readonly Outcome[], name: string): Count => {
    const own = outcomes.filter(({ runbook }) => runbook === name);
    return { incidents: own.length, automatic: own.filter((outcome) => outcome.isAutomatic).length };
  };
  return [...names].toSorted().map((runbook) => ({
    runbook,
    recorded: countOf(
      incidents.map(({ recorded }) => recorded),
      runbook,
    ),
    simulated: countOf(
      incidents.map(({ simulated }) => simulated),
      runbook,
    ),
  }));
}
