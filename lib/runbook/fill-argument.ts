import { argumentType } from './argument-types.ts';
import type { ParameterSpec } from './catalogue/action-spec.ts';
import type { Fitted } from './fit-parameter.ts';
import { beforeFact, parseTemplate } from './placeholders.ts';
import type { Fault, Lookup } from './plan-values.ts';
import type { ArgumentValue } from './runbook.ts';

/** An argument with its placeholders looked up, in the type of its destination. */
export function fillArgument(
  spec: ParameterSpec,
  template: ArgumentValue,
  lookup: Lookup,
): { readonly value: ArgumentValue } | Fault {
  if (typeof template === 'string') {
    if (beforeFact(template)) return { value: template };
    const filled = fillText(spec, template, lookup);
    return 'fault' in filled ? filled : fitted(spec, filled.value);
  }
  if (typeof template !== 'object') return fitted(spec, template);
  const items: string[] = [];
  for (const item of template) {
    const filled = fillText(spec, item, lookup);
    if ('fault' in filled) return filled;
    // One entry stays one entry, whatever its value holds.
    items.push(String(filled.value));
  }
  return fitted(spec, items);
}

/** The value as its destination takes it, or what is wrong with it. */
export function fitArgument(spec: ParameterSpec, given: ArgumentValue): Fitted<ArgumentValue> {
  const type = argumentType(spec.type);
  const value = type.accept(given);
  if (value === undefined) return { why: `is not ${type.expected}` };
  if (spec.allowedValues && !spec.allowedValues.includes(String(value)))
    return { why: `is not one of ${spec.allowedValues.join(', ')}` };
  if (typeof value !== 'number') return { value };
  const { minimum = -Infinity, maximum = Infinity } = spec;
  if (value < minimum) return { why: `is less than ${minimum}` };
  return value > maximum ? { why: `is more than ${maximum}` } : { value };
}

function fillText(
  spec: ParameterSpec,
  template: string,
  lookup: Lookup,
): { readonly value: string | number | boolean } | Fault {
  const parts = parseTemplate(template) ?? [{ text: template }];
  const texts: string[] = [];
  for (const part of parts) {
    if ('text' in part) {
      texts.push(part.text);
      continue;
    }
    const found = lookup(part.name);
    if ('fault' in found) return found;
    const { escape } = argumentType(spec.type);
    if (parts.length === 1 && !escape) return found;
    const escaped = escape?.(String(found.value));
    if (escaped === undefined)
      return unfit(part.name, `\${${part.name}} holds a value that must not stand here`);
    texts.push(escaped);
  }
  return { value: texts.join('') };
}

function fitted(spec: ParameterSpec, value: ArgumentValue): { readonly value: ArgumentValue } | Fault {
  const result = fitArgument(spec, value);
  return 'why' in result ? unfit('', `the value ${result.why}`) : result;
}

const unfit = (name: string, why: string): Fault => ({ name, fault: 'unfit', why });
