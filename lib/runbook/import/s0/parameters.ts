import type { Draft } from '../draft.ts';
import { ParameterSet } from '../parameter-set.ts';
import type { Section } from '../section.ts';

/** Types as the manager and Python spell them. */
const TYPES: Readonly<Record<string, string>> = {
  str: 'string',
  text: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
};

const FIELDS: Readonly<Record<string, string>> = {
  default: 'default',
  allowed_values: 'allowedValues',
  pattern: 'pattern',
};

/** The declared parameters. What the format does not allow in one keeps the file from loading, at its place. */
export function setParameters(draft: Draft, root: Section): ParameterSet {
  const parameters = root.section('parameters');
  const names = parameters?.keys() ?? [];
  for (const name of names) {
    const source = parameters?.section(name);
    if (!source) continue;
    const type = source.text('type');
    const fields: Record<string, unknown> = {
      type: type !== undefined && Object.hasOwn(TYPES, type) ? TYPES[type] : type,
      required: source.boolean('required'),
      description: source.text('description'),
    };
    for (const [from, to] of Object.entries(FIELDS)) fields[to] = source.take(from);
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    draft.set(`parameters.${name}`, given, source.path);
  }
  return new ParameterSet(names);
}
