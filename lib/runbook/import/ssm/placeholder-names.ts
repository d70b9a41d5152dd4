import type { Resolved, TemplateSyntax } from '../template.ts';

/** `{{ Name }}`, `{{ step.Output }}`, `{{ global:DATE }}` */
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** Declared parameters by their name in the document, with the name that each has here. */
export type ParameterNames = ReadonlyMap<string, string>;

export function ssmSyntax(names: ParameterNames): TemplateSyntax {
  return { placeholder: PLACEHOLDER, resolve: (text) => resolve(text.trim(), names) };
}

/** The name of a text that is one placeholder and nothing else. */
export function wholePlaceholder(text: unknown): string | undefined {
  return typeof text === 'string' ? /^\{\{\s*([^{}\s]+)\s*\}\}$/.exec(text.trim())?.[1] : undefined;
}

function resolve(name: string, names: ParameterNames): Resolved {
  const parameter = names.get(name);
  if (parameter !== undefined) return { name: parameter };
  if (/^[a-z]+:/i.test(name))
    return { why: `{{ ${name} }} is what Systems Manager knows and Belay does not` };
  if (name.includes('.'))
    return { why: `{{ ${name} }} is what another step returned, and steps do not see that here` };
  return { why: `{{ ${name} }} is not declared in parameters` };
}
