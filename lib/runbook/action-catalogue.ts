import type { ActionSpec, ParameterSpec } from './catalogue/action-spec.ts';
import { awsActions } from './catalogue/aws-actions.ts';
import { hostActions } from './catalogue/host-actions.ts';
import { kubernetesActions } from './catalogue/kubernetes-actions.ts';

const actions: ReadonlyMap<string, ActionSpec> = new Map(
  Object.entries({ ...kubernetesActions, ...awsActions, ...hostActions }),
);

/** The action of that name, or undefined: there is nothing else that a runbook could do. */
export function actionSpec(name: string): ActionSpec | undefined {
  return actions.get(name);
}

export function parameterSpec(action: string, name: string): ParameterSpec | undefined {
  const parameters = actions.get(action)?.parameters ?? {};
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined;
}

export function actionNames(): readonly string[] {
  return [...actions.keys()];
}
