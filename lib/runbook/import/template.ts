/** How a kind of source spells the places that are filled in. */
export interface TemplateSyntax {
  /** With the name as its only group. */
  readonly placeholder: RegExp;
  /** The name within `${}`, or why there is none. */
  readonly resolve: (name: string) => Resolved;
}

export type Resolved = { readonly name: string } | { readonly why: string };
export type Converted<T> = { readonly value: T } | { readonly why: string };

/** A text of the source with its placeholders in the spelling of the format. */
export function convertText(text: string, { placeholder, resolve }: TemplateSyntax): Converted<string> {
  // A shell's ${HOME} would be looked up in the incident.
  if (text.includes('${')) return { why: 'it holds ${, which would be looked up in the incident' };
  let why: string | undefined;
  const value = text.replace(placeholder, (whole: string, name: string) => {
    const resolved = resolve(name);
    if ('name' in resolved) return `\${${resolved.name}}`;
    why ??= resolved.why;
    return whole;
  });
  return why === undefined ? { value } : { why };
}

/** The same for every text of a value. The keys are the author's. */
export function convertValue(value: unknown, syntax: TemplateSyntax): Converted<unknown> {
  if (typeof value === 'string') return convertText(value, syntax);
  if (Array.isArray(value)) return convertList(value, syntax);
  if (typeof value !== 'object' || value === null) return { value };
  const keys = Object.keys(value);
  if (keys.some((key) => key.includes('${')))
    return { why: 'a key holds ${, which would be looked up in the incident' };
  const values = convertList(Object.values(value), syntax);
  if ('why' in values) return values;
  return { value: Object.fromEntries(keys.map((key, index) => [key, values.value[index]])) };
}

function convertList(items: readonly unknown[], syntax: TemplateSyntax): Converted<readonly unknown[]> {
  const converted: unknown[] = [];
  for (const item of items) {
    const result = convertValue(item, syntax);
    if ('why' in result) return result;
    converted.push(result.value);
  }
  return { value: converted };
}
