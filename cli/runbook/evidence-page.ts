import type { RunbookEvidence } from '#gen/belay/v1/runbook_service.ts';
import type { Result } from '../frame/output.ts';

/** How a runbook has done: runs, how many helped, when it was last used. By version, where it was decided with. */
export const historyPart = (name: string, evidence: readonly RunbookEvidence[]): Result => ({
  kind: 'RunbookPage',
  body: {},
  names: [],
  table: ({ time }) => ({
    title: 'History, 90 days',
    rows:
      evidence.length === 0
        ? [['no decision was made with it']]
        : evidence.map((one) => [
            `${name}@${one.version}`,
            counted(one.decisions, 'decision'),
            counted(one.runs, 'run'),
            successText(one),
            unverifiedText(one),
            answersText(one),
            one.lastRunAt ? `last run ${time(one.lastRunAt)}` : 'never ran',
          ]),
  }),
});

/** For JSON. Undefined rate: nothing ran. */
export const historyBody = (evidence: readonly RunbookEvidence[]) =>
  evidence.map((one) => ({ ...one, ...(one.runs > 0 && { successRate: one.verified / one.runs }) }));

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function successText({ runs, verified }: RunbookEvidence): string {
  return runs === 0 ? '' : `${Math.floor((verified / runs) * 100)} % verified`;
}

/** What failed at its verification, and what was never verified for another reason. */
function unverifiedText({ failed, rolledBack, inconclusive, error, unknown }: RunbookEvidence): string {
  return listed([
    [failed, 'failed'],
    [rolledBack, 'rolled back'],
    [inconclusive, 'inconclusive'],
    [error, 'not answered'],
    [unknown, 'unknown'],
  ]);
}

const answersText = ({ approved, denied, lapsed }: RunbookEvidence): string =>
  listed([
    [approved, 'approved'],
    [denied, 'denied'],
    [lapsed, 'lapsed'],
  ]);

const listed = (counts: readonly (readonly [number, string])[]): string =>
  counts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])).join(', ');
