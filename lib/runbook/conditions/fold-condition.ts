import type { FactType } from './fact-types.ts';
import { type Range, calculate, compareRanges } from './ranges.ts';
import { contradicts } from './contradictions.ts';
import type { Term } from './term.ts';

/**
 * What a condition comes to whatever the facts are: true, false, or undefined where it depends on them. A
 * missing fact is not considered: it never makes a condition hold.
 */
export function foldCondition(term: Term): boolean | undefined {
  if (term.kind === 'value') return typeof term.value === 'boolean' ? term.value : undefined;
  if (term.kind === 'fact') return undefined;
  const { name, args } = term;
  const [left, right] = args;
  switch (name) {
    case '!_':
      return not(left && foldCondition(left));
    case '_&&_':
      return contradicts(term) ? false : both(args.map(foldCondition));
    case '_||_':
      return not(both(args.map((arg) => not(foldCondition(arg)))));
    case '_?_:_':
      return foldChoice(args);
    default:
      return left && right && foldTest(name, left, right);
  }
}

const not = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value);

function both(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(false)) return false;
  return values.includes(undefined) ? undefined : true;
}

function foldChoice([condition, yes, no]: readonly Term[]): boolean | undefined {
  if (!condition || !yes || !no) return undefined;
  const chosen = foldCondition(condition);
  if (chosen !== undefined) return foldCondition(chosen ? yes : no);
  const [first, second] = [foldCondition(yes), foldCondition(no)];
  return first === second ? first : undefined;
}

/** Comparisons that ranges decide, a value with itself, and tests of two texts that are written out. */
function foldTest(name: string, left: Term, right: Term): boolean | undefined {
  const [a, b] = [rangeOf(left), rangeOf(right)];
  const byRange = a && b && compareRanges(name, a, b);
  if (byRange !== undefined) return byRange;
  if (isSame(left, right) && OF_ITSELF.has(name)) return OF_ITSELF.get(name);
  if (left.kind === 'value' && right.kind === 'value') return TESTS.get(name)?.(left.value, right.value);
  return name === '@in' && right.kind === 'call' ? foldMembership(left, right.args) : undefined;
}

function foldMembership(item: Term, list: readonly Term[]): boolean | undefined {
  if (list.length === 0) return false;
  const found = list.map((entry) => foldTest('_==_', item, entry));
  if (found.includes(true)) return true;
  return found.includes(undefined) ? undefined : false;
}

const OF_ITSELF = new Map([
  ['_==_', true],
  ['_<=_', true],
  ['_>=_', true],
  ['_!=_', false],
  ['_<_', false],
  ['_>_', false],
]);

type Test = (a: string | number | boolean, b: string | number | boolean) => boolean;

const TESTS = new Map<string, Test>([
  ['_==_', (a, b) => a === b],
  ['_!=_', (a, b) => a !== b],
  ['startsWith', (a, b) => String(a).startsWith(String(b))],
  ['endsWith', (a, b) => String(a).endsWith(String(b))],
  ['contains', (a, b) => String(a).includes(String(b))],
]);

function isSame(left: Term, right: Term): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** What a number can be. */
function rangeOf(term: Term): Range | undefined {
  if (term.type.kind !== 'number' && term.type.kind !== 'int') return undefined;
  if (term.kind === 'value') return { minimum: Number(term.value), maximum: Number(term.value) };
  if (term.kind === 'call') return calculate(term.name, term.args.map(rangeOf)) ?? limitsOf(term.type);
  return limitsOf(term.type);
}

function limitsOf(type: FactType): Range {
  const { minimum = -Infinity, maximum = Infinity } = type.kind === 'number' ? type : {};
  return { minimum, maximum };
}
