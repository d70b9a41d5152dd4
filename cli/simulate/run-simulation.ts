import { resolve } from 'node:path';
import { type ExitCode, exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';
import { boundAll } from '../play/bound-modes.ts';
import { MEMORY_MS, openEngine } from '../play/engine.ts';
import { DEFAULT_POLICY, readPolicy } from '../play/policy.ts';
import { lintedRunbooks } from '../runbook/linted-runbooks.ts';
import { activeModes } from './active-modes.ts';
import { historyOf } from './history.ts';
import { notesOn } from './notes.ts';
import { readFromAudit } from './read-from-audit.ts';
import { readFromFile } from './read-from-file.ts';
import type { Recording } from './recorded-event.ts';
import { replay } from './replay.ts';
import { simulationOf, type Totals } from './simulation.ts';
import { printReport } from './simulation-report.ts';

export interface SimulateOptions {
  readonly paths: readonly string[];
  /** Undefined: all that the file has. */
  readonly sinceMs: number | undefined;
  readonly policyFile: string | undefined;
  /** In the place of a running system. */
  readonly file: string | undefined;
  /** Whatever the registry lets them do. */
  readonly ownModes: boolean;
  readonly failOn: FailOn | undefined;
}

type FailOn = 'new-auto' | 'any';

/** Recorded incidents, decided with other runbooks: what would be decided otherwise. */
export async function runSimulation(options: SimulateOptions, session: Session): Promise<ExitCode> {
  const { paths, sinceMs, policyFile, file, ownModes, failOn } = options;
  const now = session.clock.now();
  const linted = await lintedRunbooks(paths, now, session);
  // A file of events does not say what people have chosen since.
  const { runbooks, bounded } = boundAll(linted, file || ownModes ? [] : await activeModes(session));
  const policy = policyFile === undefined ? DEFAULT_POLICY : readPolicy(resolve(session.cwd, policyFile));
  const since = sinceMs === undefined ? new Date(0) : new Date(now.getTime() - sinceMs);
  const { events, withoutData } = await readRecording(options, since, session);
  const history = historyOf(events, since);
  const { past, resets } = history;
  const engine = await openEngine({ runbooks, policy, past, resets, since });
  const simulation = simulationOf(await replay(history, engine, since));
  const names = runbooks.map(({ name }) => name);
  const notes = notesOn({ simulation, history, runbooks: names, bounded, policyFile, withoutData });
  const forbidden = forbiddenIn(simulation.totals, failOn);
  const shownSince = sinceMs === undefined ? undefined : since;
  await printReport({ ...simulation, since: shownSince, notes, forbidden, failOn: failOn ?? '' }, session);
  return forbidden > 0 ? exitCodes.no : exitCodes.done;
}

/** From further back than what is simulated: guardrails remember what was done before. */
function readRecording({ file }: SimulateOptions, since: Date, session: Session): Promise<Recording> {
  if (file !== undefined) return readFromFile(resolve(session.cwd, file), file);
  return readFromAudit(session, new Date(Math.max(0, since.getTime() - MEMORY_MS)));
}

function forbiddenIn({ newAutomatic, changed }: Totals, failOn: FailOn | undefined): number {
  if (failOn === undefined) return 0;
  return failOn === 'any' ? changed : newAutomatic;
}
