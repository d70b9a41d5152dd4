import type { TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { ActionAborted, ActionPlanned, ActionRefused, ActionStarted } from '#gen/belay/v1/action.ts';
import { type Check, CheckResult } from '#gen/belay/v1/common.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';

/** What the executor found live, in the place of the check that stands for it in the decision. */
export interface ExecutorAnswer {
  readonly checks: readonly Check[];
  /** Absent where it said yes. */
  readonly refusal: Refusal | undefined;
}

export interface Refusal {
  readonly code: string;
  readonly reason: string;
}

type Entry = Pick<TimelineEntry, 'type' | 'dataJson'>;

/** Undefined as long as it has said nothing. What is refused once something was done is refused of another order. */
export function executorAnswer(timeline: readonly Entry[]): ExecutorAnswer | undefined {
  const isDone = timeline.some(({ type }) => type === 'StepFinished' || type === 'ActionFinished');
  const told = timeline.map(readAnswer).filter((answer) => answer !== undefined);
  const answers = isDone ? told.filter(({ refusal }) => !refusal) : told;
  const newest = answers.at(-1);
  if (!newest) return undefined;
  // What is given up before or after the look comes without checks.
  const { checks } = answers.findLast((answer) => answer.checks.length > 0) ?? newest;
  return { checks, refusal: newest.refusal };
}

function readAnswer({ type, dataJson }: Entry): ExecutorAnswer | undefined {
  const read = READERS[type];
  // The longest come without their data.
  return read && dataJson !== '' ? read(JSON.parse(dataJson)) : undefined;
}

const READERS: Readonly<Record<string, (data: unknown) => ExecutorAnswer | undefined>> = {
  ActionPlanned: (data) => planned(ActionPlanned.fromJSON(data)),
  ActionStarted: (data) => ({ checks: ActionStarted.fromJSON(data).checks, refusal: undefined }),
  ActionAborted: (data) => declined(ActionAborted.fromJSON(data)),
  ActionRefused: (data) => declined({ ...ActionRefused.fromJSON(data), checks: [] }),
};

function planned({ checks }: ActionPlanned): ExecutorAnswer {
  const refused = checks.find(({ result }) => result === CheckResult.REFUSE);
  return { checks, refusal: refused && { code: refused.code, reason: refused.reason || refused.name } };
}

type Declined = Pick<ActionAborted, 'phase' | 'code' | 'reason' | 'checks'>;

/** Of the order itself: that it is not called back or undone says nothing of what was found. */
const declined = ({ phase, code, reason, checks }: Declined): ExecutorAnswer | undefined =>
  phase === OrderPhase.CANCEL || phase === OrderPhase.ROLLBACK
    ? undefined
    : { checks, refusal: { code, reason: reason || code } };
