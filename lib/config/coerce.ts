import type { z } from 'zod';
import { type Definition, formsOf } from './schema-nodes.ts';

/**
 * Text from the environment or a flag as the value its schema expects. What does not fit stays text, and
 * validation says what was expected.
 */
export function coerce(text: string, schemas: readonly z.ZodType[]): unknown {
  const values = schemas.flatMap((schema) =>
    formsOf(schema).map((form) => ({ form, value: coerceTo(form, text) })),
  );
  const fitting = values.find(({ form, value }) => form.safeParse(value).success);
  return (fitting ?? values[0])?.value;
}

function coerceTo(form: z.ZodType, text: string): unknown {
  const def = form.def as Definition;
  switch (def.type) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text);
    case 'literal':
      return def.values?.find((value) => String(value) === text) ?? text;
    case 'array':
      return text.trim().startsWith('[') ? parsedJson(text) : commaList(text, def.element);
    case 'object':
    case 'record':
      return parsedJson(text);
    default:
      return text;
  }
}

function commaList(text: string, element: z.ZodType | undefined): unknown[] {
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '').map((item) => (element ? coerce(item, [element]) : item));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
