import { parseTemplate } from './placeholders.ts';
import type { Fault, Lookup } from './plan-values.ts';

/** Inert in every query language: no quote, no bracket, no blank. */
const INERT = /^[A-Za-z0-9_][\w.:/@-]{0,252}$/;

/** A metric's query with its names looked up. What could be read as more than a name is refused. */
export function fillMetric(
  metric: Readonly<Record<string, unknown>>,
  lookup: Lookup,
): { readonly value: Readonly<Record<string, unknown>> } | Fault {
  const filled: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(metric)) {
    const result = isSection(item)
      ? fillMetric(item, lookup)
      : typeof item === 'string'
        ? fillText(item, lookup)
        : { value: item };
    if ('fault' in result) return result;
    filled[key] = result.value;
  }
  return { value: filled };
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fillText(template: string, lookup: Lookup): { readonly value: string } | Fault {
  let text = '';
  for (const part of parseTemplate(template) ?? [{ text: template }]) {
    const found = 'text' in part ? { value: part.text } : lookup(part.name);
    if ('fault' in found) return found;
    if ('name' in part && !INERT.test(String(found.value))) {
      const why = `\${${part.name}} holds a value that must not stand in a query`;
      return { name: part.name, fault: 'unfit', why };
    }
    text += String(found.value);
  }
  return { value: text };
}
