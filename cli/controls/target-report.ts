import type { Result } from '../frame/output.ts';
import { controlBody, endWords, shortId, whatOf } from './control-report.ts';
import { stateCell, type TargetState } from './target-state.ts';

export const targetBody = (target: TargetState): Readonly<Record<string, unknown>> => ({
  ...target,
  within: target.within.map(controlBody),
});

export function targetReport(target: TargetState): Result {
  const { name, reason, within } = target;
  return {
    kind: 'Target',
    body: targetBody(target),
    names: [name],
    table: ({ time }) => ({
      title: name,
      rows: [
        ['state', stateCell(target)],
        ...(reason === '' ? [] : [['why', reason]]),
        ...within.map((control) => {
          const end = endWords(control, time);
          const why = [end && `ends ${end}`, control.reason].filter(Boolean).join('; ');
          return [shortId(control), `${whatOf(control)}: ${why}`];
        }),
      ],
    }),
  };
}
