import { compileCondition } from '../../conditions/compile-condition.ts';
import { isRecord } from '../section.ts';
import { wholePlaceholder } from './placeholder-names.ts';

export type Condition = { readonly condition: string } | { readonly why: string };

/** Outputs of steps that read, as facts of the format: `read.count` is live.desiredCount. */
export type OutputFacts = ReadonlyMap<string, string>;

const TESTS: Readonly<Record<string, (left: string, value: unknown) => string | undefined>> = {
  StringEquals: (left, value) => `${left} == ${textOf(value)}`,
  StartsWith: (left, value) => `${left}.startsWith(${textOf(value)})`,
  EndsWith: (left, value) => `${left}.endsWith(${textOf(value)})`,
  Contains: (left, value) => `${left}.contains(${textOf(value)})`,
  NumericEquals: compare('=='),
  NumericGreater: compare('>'),
  NumericLesser: compare('<'),
  NumericGreaterOrEquals: compare('>='),
  NumericLesserOrEquals: compare('<='),
};

/** A choice of aws:branch as a condition of the format, or why `when` cannot say it. */
export function choiceCondition(choice: Readonly<Record<string, unknown>>, facts: OutputFacts): Condition {
  const { NextStep: _, ...test } = choice;
  const built = build(test, facts, 0);
  if ('why' in built) return built;
  const compiled = compileCondition(built.condition, 'live');
  return compiled.ok ? built : { why: compiled.message };
}

const MAX_DEPTH = 5;

function build(test: Readonly<Record<string, unknown>>, facts: OutputFacts, depth: number): Condition {
  const { And: and, Or: or, Not: not } = test;
  if (depth > MAX_DEPTH) return { why: 'the conditions are nested too deeply' };
  const isOne = Object.keys(test).length === 1;
  if (isOne && Array.isArray(and)) return join(and, ' && ', facts, depth);
  if (isOne && Array.isArray(or)) return join(or, ' || ', facts, depth);
  if (isOne && isRecord(not)) {
    const inner = build(not, facts, depth + 1);
    return 'why' in inner ? inner : { condition: `!(${inner.condition})` };
  }
  return comparison(test, facts);
}

function join(tests: readonly unknown[], operator: string, facts: OutputFacts, depth: number): Condition {
  const parts: string[] = [];
  for (const test of tests) {
    const part = isRecord(test) ? build(test, facts, depth + 1) : { why: 'a condition is no section' };
    if ('why' in part) return part;
    parts.push(`(${part.condition})`);
  }
  return parts.length === 0 ? { why: 'there is no condition in it' } : { condition: parts.join(operator) };
}

function comparison(test: Readonly<Record<string, unknown>>, facts: OutputFacts): Condition {
  const { Variable: variable, ...rest } = test;
  const [operator = '', ...more] = Object.keys(rest);
  const name = wholePlaceholder(variable);
  const fact = name === undefined ? undefined : facts.get(name);
  if (fact === undefined)
    return { why: `${name === undefined ? 'it' : `{{ ${name} }}`} is no fact that is read live` };
  const make = Object.hasOwn(TESTS, operator) ? TESTS[operator] : undefined;
  if (!make || more.length > 0)
    return { why: `${[operator, ...more].join(', ') || 'nothing'} is no test that can be said` };
  const condition = make(fact, rest[operator]);
  return condition === undefined
    ? { why: `${operator} compares with something else than a number` }
    : { condition };
}

function compare(operator: string) {
  return (left: string, value: unknown): string | undefined => {
    const number = numberText(value);
    return number === undefined ? undefined : `${left} ${operator} ${number}`;
  };
}

/** As CEL writes a double. */
export function numberText(value: unknown): string | undefined {
  if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(String(value))) return undefined;
  return String(value).includes('.') ? String(value) : `${String(value)}.0`;
}

/** What JSON writes, CEL reads. */
const textOf = (value: unknown): string => JSON.stringify(String(value));
