import type { z } from 'zod';
import { redactText } from '#lib/logger/redact-text.ts';
import { pathKey } from './layers.ts';
import { envName, unknownName } from './read-env.ts';
import { formsOf, isSecret, keysOf, schemaNodes, schemasAt } from './schema-nodes.ts';
import { suggest } from './suggest.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

export interface Explanation {
  readonly path: Path;
  readonly text: string;
}

/** What is wrong, and what to do about it, for each key at fault. Values of secrets are never shown. */
export function explainIssue(issue: Issue, schema: z.ZodType, config: unknown): readonly Explanation[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = schemasAt(schema, path).flatMap(formsOf).flatMap(keysOf);
    return issue.keys.map((key) => ({ path: [...path, key], text: unknownKey(key, known) }));
  }
  const branch = issue.code === 'invalid_union' ? likelyBranch(issue.errors) : undefined;
  if (branch) {
    const located = branch.map((inner) => ({ ...inner, path: [...path, ...inner.path] }));
    return located.flatMap((inner) => explainIssue(inner, schema, config));
  }
  const value = valueAt(config, path);
  const text =
    value === undefined
      ? `missing, ${expectation(issue)}, ${whereToSet(path, schema)}`
      : `${expectation(issue)}${shown(value, path, schema)}${nearestChoice(issue, value)}`;
  return [{ path, text }];
}

function whereToSet(path: Path, schema: z.ZodType): string {
  // What stands in a list or a record has no variable of its own.
  return schemaNodes(schema).has(pathKey(path)) ? `set ${envName(path)} or add it here` : 'add it here';
}

function unknownKey(key: string, known: readonly string[]): string {
  // A key that another form of the same section has was not misspelt, it just does not go with this form.
  return known.includes(key) ? 'unknown for this kind, remove it' : unknownName('key', suggest(key, known));
}

/** The one form of a union that the value has the shape of: what is wrong inside is what was meant. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const isInside = (inner: Issue): boolean => inner.path.length > 0 || inner.code === 'unrecognized_keys';
  const shaped = branches.filter((issues) => issues.length > 0 && issues.every(isInside));
  return shaped.length === 1 ? shaped[0] : undefined;
}

/** The part of zod's text that says what would be right, in lower case. */
function expectation(issue: Issue): string {
  const choices = choicesOf(issue);
  if (choices.length > 0) return `expected ${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}`;
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    const forms = issue.errors.flatMap((errors) => errors.slice(0, 1).map(expectation));
    return `expected ${forms.map((form) => form.replace(/^expected /, '')).join(' or ')}`;
  }
  if (issue.code === 'invalid_type') return `expected ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
  const text = issue.message.replace(/^(Invalid input|Invalid string|Too small|Too big): /, '');
  return issue.code === 'custom' ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section',
  record: 'a section',
};

function choicesOf(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' && 'options' in issue ? (issue.options as unknown[]).map(String) : [];
}

function nearestChoice(issue: Issue, value: unknown): string {
  const near = typeof value === 'string' ? suggest(value, choicesOf(issue)) : undefined;
  return near === undefined ? '' : `, did you mean ${near}?`;
}

function shown(value: unknown, path: Path, schema: z.ZodType): string {
  if (value === null) return ', got nothing, give it a value or remove the key';
  if (!isShowable(path, schema)) return '';
  const text = redactText(JSON.stringify(value));
  return `, got ${text.length > 60 ? `${text.slice(0, 60)}...` : text}`;
}

const PLAIN_TYPES = new Set(['string', 'number', 'boolean', 'literal', 'enum']);

/** Only what was meant for a plain value: a text in place of a section may be one that holds secrets. */
function isShowable(path: Path, schema: z.ZodType): boolean {
  const prefixes = path.map((_, index) => path.slice(0, index + 1));
  const isInSecret = prefixes.some((prefix) => schemasAt(schema, prefix).some(isSecret));
  const forms = schemasAt(schema, path).flatMap(formsOf);
  return !isInSecret && forms.length > 0 && forms.every(({ def }) => PLAIN_TYPES.has(def.type));
}

function valueAt(config: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return isThere ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }, config);
}
