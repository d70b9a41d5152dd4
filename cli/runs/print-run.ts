import { Mode, modeToJSON, type Resource } from '#gen/belay/v1/common.ts';
import { RunRunbookResponse } from '#gen/belay/v1/runbook_service.ts';
import { checkRow } from '../commands/decision/why.ts';
import { type ExitCode, exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';

/** What was decided about a run, and what happens next. Of what was refused, every check. */
export async function printRun(run: RunRunbookResponse, { out, say }: Session): Promise<void> {
  const { runId, runbook, mode, summary, checks } = run;
  const name = runbook ? `${runbook.name}@${runbook.version}` : '';
  await out.print({
    kind: 'Run',
    body: RunRunbookResponse.toJSON(run) as Readonly<Record<string, unknown>>,
    names: [runId],
    table: () => ({
      title: [runId, name, modeWord(mode)].filter(Boolean).join('  '),
      header: ['CHECK', 'RESULT', 'OBSERVED', 'LIMIT'],
      rows: checks.map(checkRow),
    }),
  });
  say(summary);
  say(run.next);
}

/** What was not typed, and why nothing could be made of it. Undefined: nothing lacks that an option gives. */
export function optionToGive(
  { checks }: RunRunbookResponse,
  resource: Resource | undefined,
): string | undefined {
  const lacks = checks.find(({ code }) => code === 'missing_fact')?.observed ?? '';
  if (lacks === '') return undefined;
  if (resource === undefined) return 'Give what it acts on: --resource kind/name, and -n for its namespace.';
  const isPlace = /\bNAMESPACE\b/.test(lacks) && resource.namespace === '';
  return isPlace ? 'Give the namespace of what it acts on: -n NAME.' : undefined;
}

/** 3 where nothing will come of it. */
export const runExitCode = ({ mode }: RunRunbookResponse): ExitCode =>
  mode === Mode.BLOCKED || mode === Mode.MANUAL ? exitCodes.no : exitCodes.done;

/** auto_execute */
const modeWord = (mode: Mode): string =>
  modeToJSON(mode)
    .replace(/^MODE_/, '')
    .toLowerCase();
