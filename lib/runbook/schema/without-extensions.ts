import type { z } from 'zod';
import { formsOf, keysOf } from '#lib/config/schema-nodes.ts';

type Definition = {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
};

/**
 * The value without its `x-*` fields. Only sections have them: where keys are free (labels, arguments), a key
 * that starts with x- is one like the others, and dropping a required label would widen the scope.
 */
export function withoutExtensions(schema: z.ZodType, value: unknown): unknown {
  const forms = formsOf(schema);
  if (Array.isArray(value)) {
    const element = forms.map(definitionOf).find((form) => form.element)?.element;
    return element ? value.map((item) => withoutExtensions(element, item)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const sections = forms.filter((form) => keysOf(form).length > 0);
  if (sections.length === 0) return recordWithoutExtensions(forms, value);
  const kept = Object.entries(value).filter(([key]) => !key.startsWith('x-'));
  return Object.fromEntries(
    kept.map(([key, item]) => {
      const fields = sections
        .map((form) => fieldOf(definitionOf(form), key))
        .filter((field) => field !== undefined);
      return [key, fields.reduce<unknown>((inner, field) => withoutExtensions(field, inner), item)];
    }),
  );
}

function recordWithoutExtensions(forms: readonly z.ZodType[], value: object): unknown {
  const item = forms.map((form) => (form.def as { valueType?: z.ZodType }).valueType).find(Boolean);
  if (!item) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutExtensions(item, inner)]),
  );
}

/** Its own: `constructor` is a key like any other in a file, and a field of none. */
const fieldOf = ({ shape }: Definition, key: string): z.ZodType | undefined =>
  shape && Object.hasOwn(shape, key) ? shape[key] : undefined;

const definitionOf = (form: z.ZodType): Definition => form.def as Definition;
