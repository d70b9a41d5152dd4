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
  const { forms, element, sections } = partsOf(schema);
  if (Array.isArray(value)) {
    return element ? value.map((item) => withoutExtensions(element, item)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
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

interface Parts {
  readonly forms: readonly z.ZodType[];
  /** Of a list. */
  readonly element: z.ZodType | undefined;
  /** Forms with keys of their own. */
  readonly sections: readonly z.ZodType[];
}

const known = new WeakMap<z.ZodType, Parts>();

/** A schema stays as it is, and every file asks for all of it. */
function partsOf(schema: z.ZodType): Parts {
  const found = known.get(schema);
  if (found) return found;
  const forms = formsOf(schema);
  const element = forms.map(definitionOf).find((form) => form.element)?.element;
  const parts = { forms, element, sections: forms.filter((form) => keysOf(form).length > 0) };
  known.set(schema, parts);
  return parts;
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
