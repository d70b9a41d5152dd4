/** One field of a JSON Schema, as a row for people. */
export interface Field {
  readonly path: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

export type Limits = Pick<Schema, 'minimum' | 'exclusiveMinimum' | 'maximum'>;

export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Every field below a schema, parents before what is in them. `[]` stands for an entry, `<name>` for a free key. */
export function fieldsBelow(schema: Schema, path: string): readonly Field[] {
  const forms = formsOf(schema);
  const names = [...new Set(forms.flatMap((form) => Object.keys(form.properties ?? {})))];
  const named = names.flatMap((name) => {
    const found = forms.flatMap((form) => form.properties?.[name] ?? []);
    const isRequired = forms.every(({ properties, required }) => !properties || required?.includes(name));
    return fieldAndBelow(merged(found), path === '' ? name : `${path}.${name}`, isRequired);
  });
  const items = forms.flatMap((form) => (form.items ? fieldsBelow(form.items, `${path}[]`) : []));
  const free = forms.flatMap((form) => {
    const { additionalProperties: inner } = form;
    return typeof inner === 'object' ? fieldsBelow(inner, `${path}.<name>`) : [];
  });
  return [...named, ...items, ...free];
}

function fieldAndBelow(schema: Schema, path: string, isRequired: boolean): readonly Field[] {
  const fallback = isRequired ? 'required' : defaultOf(schema);
  const field = { path, type: typeOf(schema), fallback, meaning: schema.description ?? '' };
  return [field, ...fieldsBelow(schema, path)];
}

/** What stands at the same place in each form of a union, as one. */
function merged(schemas: readonly Schema[]): Schema {
  const [only, ...others] = schemas;
  if (only && others.length === 0) return only;
  const description = schemas.map((schema) => schema.description).find((text) => text !== undefined);
  return { anyOf: schemas, ...(description !== undefined && { description }) };
}

function formsOf(schema: Schema): readonly Schema[] {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return branches.length === 0 ? [schema] : branches.flatMap(formsOf);
}

const MANY = 8;

function typeOf(schema: Schema): string {
  const forms = formsOf(schema);
  const names = forms.filter((form) => form.const !== undefined);
  const shown = names.length > MANY ? forms.filter((form) => form.const === undefined) : forms;
  const types = [...new Set(shown.map(formType))].filter((type) => type !== '');
  return [...(names.length > MANY ? ['name of the list below'] : []), ...types].join(' or ');
}

function formType(schema: Schema): string {
  const { const: only, enum: choices, items, properties, type } = schema;
  if (only !== undefined) return `\`${String(only)}\``;
  if (choices) return choices.map((choice) => `\`${String(choice)}\``).join(', ');
  if (items) return `list of ${typeOf(items)}`;
  if (type === 'object') return properties ? 'section' : 'section with free keys';
  return [WORDS[String(type)] ?? String(type ?? 'anything'), limitsOf(schema)].filter(Boolean).join(', ');
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
};

export function limitsOf({ minimum, exclusiveMinimum, maximum }: Limits): string {
  const from = minimum ?? exclusiveMinimum;
  if (from === undefined) return maximum === undefined ? '' : `up to ${maximum}`;
  const above = exclusiveMinimum === undefined ? String(from) : `above ${from}`;
  return maximum === undefined ? `${above} or more` : `${above} to ${maximum}`;
}

function defaultOf({ default: fallback }: Schema): string {
  if (fallback === undefined) return '';
  const text = JSON.stringify(fallback);
  return text === '{}' || text === '[]' || text === '""' ? 'empty' : `\`${text.replaceAll('"', '')}\``;
}
