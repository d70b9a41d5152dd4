import { parameterSpec } from '../../action-catalogue.ts';
import type { Section } from '../section.ts';
import { type Converted, convertValue, type TemplateSyntax } from '../template.ts';
import { type ActionForm, apiForms, stepForms } from './action-forms.ts';
import type { AutomationStep } from './automation-step.ts';

export interface ActionOfStep {
  readonly action: string;
  readonly with: Readonly<Record<string, unknown>>;
}

/**
 * The action that does what a step does. An input that changes what is done and has no argument makes the step
 * one that is not carried; one that only changes how it is recorded is told of and left out.
 */
export function actionOf(
  step: AutomationStep,
  syntax: TemplateSyntax,
): ActionOfStep | { readonly why: string } {
  const { inputs } = step;
  const form = formOf(step);
  if (!inputs || !form) return { why: unknownAction(step) };
  const refused = refusedInput(inputs, form);
  if (refused !== undefined) return { why: refused };
  const given = argumentsOf(inputs, form, syntax);
  if ('why' in given) return given;
  for (const key of form.recorded ?? []) inputs.keep(key, RECORDED);
  for (const [key, other] of Object.entries(form.over ?? {}))
    if (inputs.has(other)) inputs.keep(key, `${other} stands beside it and is what counts, remove one`);
  return { action: form.action, with: given.value };
}

const RECORDED = 'it changes nothing that is done, it is kept in x-imported, set it up where it is needed';

function formOf({ action, inputs }: AutomationStep): ActionForm | undefined {
  if (action !== 'executeAwsApi') return Object.hasOwn(stepForms, action) ? stepForms[action] : undefined;
  const api = `${inputs?.text('Service')?.toLowerCase() ?? ''}.${inputs?.text('Api') ?? ''}`;
  return Object.hasOwn(apiForms, api) ? apiForms[api] : undefined;
}

function unknownAction({ action, inputs }: AutomationStep): string {
  const { Service: service, Api: api } = inputs?.value ?? {};
  const what = action === 'executeAwsApi' ? `${String(service)} ${String(api)}` : `aws:${action || '...'}`;
  return `no action of the catalogue does what ${what} does`;
}

function refusedInput(inputs: Section, form: ActionForm): string | undefined {
  const { carried, fixed = {}, recorded = [] } = form;
  const isKnown = (key: string): boolean =>
    Object.hasOwn(carried, key) || Object.hasOwn(fixed, key) || recorded.includes(key);
  const extra = inputs.unread().find((key) => !isKnown(key));
  if (extra !== undefined) return `no action of the catalogue takes ${extra}`;
  const other = Object.entries(fixed).find(([key, only]) => inputs.has(key) && inputs.take(key) !== only);
  return other && `only ${other[0]} ${other[1]} can be said`;
}

function argumentsOf(
  inputs: Section,
  { action, carried, over = {} }: ActionForm,
  syntax: TemplateSyntax,
): Converted<Readonly<Record<string, unknown>>> {
  const given: Record<string, unknown> = {};
  for (const [key, name] of Object.entries(carried)) {
    const isOverruled = over[key] !== undefined && inputs.has(over[key]);
    if (!inputs.has(key) || isOverruled) continue;
    const converted = convertValue(inputs.take(key), syntax);
    if ('why' in converted) return { why: `${key}: ${converted.why}` };
    given[name] = shaped(converted.value, parameterSpec(action, name)?.type);
  }
  return { value: given };
}

/** In the shape that the parameter of the action has. */
function shaped(value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'awsNameList') return [value];
  return type === 'integer' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}
