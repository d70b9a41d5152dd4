import type { Draft } from '../draft.ts';
import type { Section } from '../section.ts';
import { toParameterName } from '../spellings.ts';
import type { ParameterNames } from './placeholder-names.ts';

const TYPES: ReadonlyMap<string, string> = new Map([
  ['String', 'string'],
  ['Integer', 'integer'],
  ['Boolean', 'boolean'],
]);

const FIELDS: Readonly<Record<string, string>> = {
  allowedValues: 'allowedValues',
  allowedPattern: 'pattern',
};

/** Declares the parameters of the document, and says what each is called here. */
export function setParameters(draft: Draft, root: Section): ParameterNames {
  const parameters = root.section('parameters');
  const names = new Map<string, string>();
  for (const name of parameters?.keys() ?? []) {
    const source = parameters?.section(name);
    if (!source) continue;
    const own = freeName(toParameterName(name), new Set(names.values()));
    names.set(name, own);
    if (own !== name)
      draft.notes.warn(
        source.path,
        'renamed',
        `${name} is called ${own} here, names begin with a small letter, tell whoever gives it`,
      );
    draft.set(`parameters.${own}`, parameterOf(source), source.path);
  }
  return names;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? freeName(`${name}_`, taken) : name;
}

function parameterOf(source: Section): Readonly<Record<string, unknown>> {
  const fallback = defaultOf(source);
  const fields: Record<string, unknown> = {
    type: typeOf(source),
    // The document asks for what has no default.
    required: !source.has('default'),
    default: fallback,
    description: source.text('description'),
  };
  for (const [from, to] of Object.entries(FIELDS)) fields[to] = source.take(from);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function typeOf(source: Section): string {
  const given = source.text('type') ?? 'String';
  const known = TYPES.get(given);
  if (known !== undefined) return known;
  source.warn(
    'type',
    'assumed',
    `${given} is no type of the format, one text is taken for it, give it a pattern`,
  );
  return 'string';
}

/** A list of one is that one: parameters hold no lists. */
function defaultOf(source: Section): unknown {
  const given = source.take('default');
  const value: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given;
  if (typeof value !== 'object') return value;
  const message =
    'a parameter holds one value, so it has no default here, it is kept in x-imported, give it one';
  source.notes.keep(source.at('default'), given, message);
  return undefined;
}
