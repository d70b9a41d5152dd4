import { CheckResult, Mode } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import type { Engine, PastDecision, Settlement } from '../play/engine.ts';
import { isStopped } from '../play/is-stopped.ts';
import { type Due, DueSettlements } from './due-settlements.ts';
import { type History, inOrderOfDecision, type RecordedIncident } from './history.ts';

/** How long an action is taken to run that was not acted on when it was recorded. It helps. */
export const ASSUMED_RUN_MS = 60_000;

/** What a simulated action was settled with. Empty: there was none. */
export type SettledBy = '' | 'recorded' | 'assumed' | 'under_way';

export interface ReplayedIncident {
  readonly incident: RecordedIncident;
  readonly simulated: DecisionMade;
  readonly settledBy: SettledBy;
  /** People had stopped automation at that time: simulated as if they had not, and left without consequences. */
  readonly wasStopped: boolean;
}

/** Every incident decided anew at the time of its decision, each on what the ones before it have left. */
export async function replay(history: History, engine: Engine, since: Date): Promise<ReplayedIncident[]> {
  const known = [...history.past.flatMap(({ settlements }) => settlements), ...history.resets];
  const due = new DueSettlements(known.filter(({ at }) => at >= since));
  const replayed = new Map<RecordedIncident, ReplayedIncident>();
  for (const { decision, incident, grantedFor } of stepsOf(history)) {
    for (const one of due.takeBefore(decision.decidedAt)) await tell(engine, one);
    if (incident) replayed.set(incident, await replayOne(incident, engine, due));
    else if (!grantedFor || isAsked(replayed.get(grantedFor))) await repeat(decision, engine, due);
  }
  return [...replayed.values()];
}

const tell = (engine: Engine, due: Due): Promise<void> =>
  'decisionId' in due ? engine.settle(due) : engine.reset(due);

/** People who said yes then say yes now, if they are asked now as well. */
const isAsked = (replayed: ReplayedIncident | undefined): boolean =>
  replayed?.simulated.mode === Mode.APPROVAL_REQUIRED;

interface Step {
  readonly decision: PastDecision;
  readonly incident?: RecordedIncident;
  /** People approved an action of this incident. */
  readonly grantedFor?: RecordedIncident;
}

function stepsOf({ incidents, others }: History): readonly Step[] {
  const again = incidents.map((incident) => ({ decision: incident.decision, incident }));
  const asTheyWere = others.map((decision) => ({ decision }));
  return [...again, ...incidents.flatMap(grantOf), ...asTheyWere].toSorted((a, b) =>
    inOrderOfDecision(a.decision, b.decision),
  );
}

/** An action that people approved counts from when they did, beside the decision that had to ask them. */
function grantOf(incident: RecordedIncident): readonly Step[] {
  const { made, issued, settlements } = incident.decision;
  if (!issued?.issuedAt || made.mode !== Mode.APPROVAL_REQUIRED) return [];
  const decisionId = `${made.decisionId}/granted`;
  const decision = {
    made: { ...made, decisionId },
    decidedAt: issued.issuedAt,
    issued,
    settlements: settlements.map((settlement) => ({ ...settlement, decisionId })),
  };
  return [{ decision, grantedFor: incident }];
}

async function repeat(decision: PastDecision, engine: Engine, due: DueSettlements): Promise<void> {
  await engine.repeat(decision);
  due.add(decision.settlements);
}

async function replayOne(
  incident: RecordedIncident,
  engine: Engine,
  due: DueSettlements,
): Promise<ReplayedIncident> {
  const { report, decision } = incident;
  const at = decision.decidedAt;
  const simulated = await engine.decide(report, targetsOf(incident), at);
  const wasStopped = isStopped(decision.made);
  const result = { incident, simulated, wasStopped };
  if (simulated.mode !== Mode.AUTO_EXECUTE) return { ...result, settledBy: '' };
  const { decisionId } = simulated;
  if (wasStopped) {
    // Nothing happened then, so what comes later must not see it.
    await engine.settle({ decisionId, outcome: 'none', at });
    return { ...result, settledBy: '' };
  }
  const { settlements, settledBy } = endOf(decision);
  due.add(settlements.map((settlement) => ({ ...settlement, decisionId })));
  return { ...result, settledBy };
}

function endOf({ settlements, issued, decidedAt, made }: PastDecision): {
  readonly settlements: readonly Settlement[];
  readonly settledBy: SettledBy;
} {
  if (settlements.length > 0) return { settlements, settledBy: 'recorded' };
  if (issued) return { settlements: [], settledBy: 'under_way' };
  const at = new Date(decidedAt.getTime() + ASSUMED_RUN_MS);
  return {
    settlements: [{ decisionId: made.decisionId, outcome: 'succeeded', at }],
    settledBy: 'assumed',
  };
}

/** Decisions say where there was no executor. Where one says nothing of it, there is one. */
function targetsOf({ report, decision }: RecordedIncident): readonly string[] {
  const target = report.resource?.target;
  const hadNone = decision.made.checks.some(
    ({ name, result }) => name === 'target' && result === CheckResult.REFUSE,
  );
  return target && !hadNone ? [target] : [];
}
