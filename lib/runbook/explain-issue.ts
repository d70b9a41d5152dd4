import type { z } from 'zod';
import { formsOf, keysOf, schemasAt } from '#lib/config/schema-nodes.ts';
import { excerpt, nearest } from './nearest.ts';

type Issue = z.core.$ZodIssue;

export interface Explanation {
  readonly path: readonly PropertyKey[];
  readonly code: string;
  readonly message: string;
}

/** What is wrong, why it matters and what to do, for each key at fault. */
export function explainIssue(issue: Issue, schema: z.ZodType, file: unknown): readonly Explanation[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, schema));
  if (issue.code === 'invalid_key') return issue.issues.flatMap((inner) => badKey(path, inner));
  const branch = issue.code === 'invalid_union' ? likelyBranch(issue.errors) : undefined;
  if (branch) {
    return branch.flatMap((inner) =>
      explainIssue({ ...inner, path: [...path, ...inner.path] }, schema, file),
    );
  }
  const value = valueAt(file, path);
  if (value === undefined) return [missing(path, issue, schema)];
  return [{ path, code: 'bad_value', message: `${what(issue)}${shown(value)}${next(issue, value)}` }];
}

function unknownKey(path: readonly PropertyKey[], key: string, schema: z.ZodType): Explanation {
  const known = schemasAt(schema, path).flatMap(formsOf).flatMap(keysOf);
  const near = nearest(key, known);
  const next = known.includes(key)
    ? 'it does not go with the fields beside it, remove it'
    : near === undefined
      ? 'remove it, or start it with x- if it is a note of yours'
      : `did you mean ${near}?`;
  return { path: [...path, key], code: 'unknown_field', message: `unknown field, ${next}` };
}

function badKey(path: readonly PropertyKey[], issue: { readonly message: string }): readonly Explanation[] {
  return [{ path, code: 'bad_key', message: `the name ${issue.message}` }];
}

function missing(path: readonly PropertyKey[], issue: Issue, schema: z.ZodType): Explanation {
  const meaning = schemasAt(schema, path)
    .map(({ description }) => description)
    .find(Boolean);
  const why = meaning === undefined ? '' : ` (${meaning.replace(/\.$/, '')})`;
  return { path, code: 'missing_field', message: `missing${why}, ${expectation(issue)}, add it` };
}

/** The one form of a union that the value has the shape of: what is wrong inside is what was meant. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const isInside = (inner: Issue): boolean => inner.path.length > 0 || inner.code === 'unrecognized_keys';
  const shaped = branches.filter((issues) => issues.length > 0 && issues.every(isInside));
  return shaped.length === 1 ? shaped[0] : undefined;
}

/** Rules of our own say what is wrong; the others say what was expected. */
function what(issue: Issue): string {
  const isOurs = issue.message.startsWith('is ') || issue.message.startsWith('has ');
  return isOurs ? issue.message : expectation(issue);
}

function expectation(issue: Issue): string {
  const choices = choicesOf(issue);
  if (choices.length > 0) return `expected ${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}`;
  if (issue.code === 'invalid_type') return `expected ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_union') {
    const forms = issue.errors.flatMap((errors) => errors.slice(0, 1).map(expectation));
    return `expected ${[...new Set(forms.map((form) => form.replace(/^expected /, '')))].join(' or ')}`;
  }
  return issue.message;
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

function shown(value: unknown): string {
  if (value === null) return ', got nothing, give it a value or remove the key';
  return `, got ${excerpt(value)}`;
}

function next(issue: Issue, value: unknown): string {
  const near = typeof value === 'string' ? nearest(value, choicesOf(issue)) : undefined;
  return near === undefined ? '' : `, did you mean ${near}?`;
}

function valueAt(file: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return isThere ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }, file);
}
