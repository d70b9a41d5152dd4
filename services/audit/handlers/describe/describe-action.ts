import {
  type ActionFinished,
  type ActionRefused,
  ActionStatus,
  type StepFinished,
  StepStatus,
} from '#gen/belay/v1/action.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import { enumWord, notDone, notUndone, withDetail } from '../../domain/wording.ts';
import type { DescribersOf } from './description.ts';
import { resourceText, riskText, valuesText } from './pieces.ts';

export const describeAction: DescribersOf<
  | 'ActionPlanned'
  | 'ActionRefused'
  | 'ActionAborted'
  | 'ActionStarted'
  | 'StepFinished'
  | 'ActionFinished'
  | 'StateSampled'
> = {
  ActionPlanned: ({ changes, resource, liveRisk }) => ({
    outcome: 'planned',
    text: `planned: ${changes.join('; ') || resourceText(resource)} (live risk ${riskText(liveRisk)}). Nothing changed.`,
  }),
  ActionRefused: (data) => ({ outcome: data.code, text: declinedText(data) }),
  ActionAborted: (data) => ({ outcome: data.code, text: declinedText(data) }),
  ActionStarted: ({ resource, before, target }) => {
    const state = valuesText(before);
    const where = resourceText(resource) || target;
    return { outcome: 'started', text: `begins on ${where}${state === '' ? '' : `, before: ${state}`}` };
  },
  StepFinished: (data) => ({
    outcome: `${data.undo ? 'undo' : 'step'}_${enumWord(StepStatus, data.status)}`,
    text: stepText(data),
  }),
  ActionFinished: (data) => ({
    outcome: `action_${enumWord(ActionStatus, data.status)}`,
    text: finishedText(data),
  }),
  StateSampled: ({ facts, error }) =>
    error === ''
      ? { outcome: 'sampled', text: withDetail('sampled', valuesText(facts)) }
      : { outcome: 'sample_failed', text: `the target could not be asked: ${error}` },
};

/** Where nothing was undone, something has changed: what was to be undone. */
const declinedText = ({ phase, code, reason }: Pick<ActionRefused, 'phase' | 'code' | 'reason'>): string =>
  phase === OrderPhase.ROLLBACK ? notUndone(reason || code) : notDone(reason || code);

function stepText({ status, name, stepId, output, error, undo }: StepFinished): string {
  const step = `${undo ? 'undoing ' : ''}${name || stepId}`;
  switch (status) {
    case StepStatus.SUCCESS:
      return `${undo ? 'undid: ' : ''}${output || `${name || stepId}: done`}`;
    case StepStatus.FAILED:
      return withDetail(`${step} failed`, error || output);
    case StepStatus.SKIPPED:
      return withDetail(`${step} was skipped`, error || output);
    case StepStatus.CANCELLED:
      return withDetail(`${step} was cancelled`, error || output);
    default:
      return withDetail(`${step}: nobody can tell whether it was done`, error || output);
  }
}

/** Steps that are over are no fix yet. */
function finishedText({ status, reconciled, undone, error }: ActionFinished): string {
  const read = reconciled ? ' (read off the target after a lost answer)' : '';
  switch (status) {
    case ActionStatus.SUCCESS:
      return `steps done, not verified yet${read}`;
    case ActionStatus.FAILED:
      return `${withDetail('failed', error || 'a step failed')}${undone ? '; every step was undone' : ''}${read}`;
    default:
      return `${withDetail('nobody can tell whether it was done', error)}; a person has to look`;
  }
}
