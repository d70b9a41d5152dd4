import type { Action, PlannedAction } from './action.ts';
import { deletePod } from './kubernetes/delete-pod.ts';
import { rolloutRestart } from './kubernetes/rollout-restart.ts';
import { rolloutUndo } from './kubernetes/rollout-undo.ts';
import { scale } from './kubernetes/scale.ts';

/** Everything this executor can do. What is not listed is refused. */
const actions: readonly Action<never>[] = [deletePod as Action<never>];

/** Said beforehand, and done by nobody yet. */
const onlyPlanned: readonly PlannedAction<never>[] = [
  rolloutRestart as PlannedAction<never>,
  rolloutUndo as PlannedAction<never>,
  scale as PlannedAction<never>,
];

const planned: readonly PlannedAction<never>[] = [...actions, ...onlyPlanned];

export const executedActions: readonly string[] = actions.map(({ name }) => name);
export const plannedActions: readonly string[] = planned.map(({ name }) => name);

/** Arguments are parsed by the action they belong to, so outside of it their type does not matter. */
export function actionNamed(name: string): Action<never> | undefined {
  return actions.find((action) => action.name === name);
}

export function plannedActionNamed(name: string): PlannedAction<never> | undefined {
  return planned.find((action) => action.name === name);
}
