import type { Parameter } from './runbook.ts';

/** Longer values meet no pattern: matching stays cheap whatever the pattern is. */
const MAX_PATTERN_VALUE = 256;

export type Fitted<T> = { readonly value: T } | { readonly why: string };

/** The value in the parameter's type, if the parameter allows it. */
export function fitParameter(
  { type, allowedValues, pattern }: Parameter,
  given: string | number | boolean,
): Fitted<string | number | boolean> {
  const value = convert(type, given);
  if (value === undefined) return { why: `is not ${TYPE_WORDS[type]}` };
  if (allowedValues && !allowedValues.includes(value))
    return { why: `is not one of ${allowedValues.join(', ')}` };
  if (pattern !== undefined && !matches(pattern, String(value))) return { why: `does not match ${pattern}` };
  return { value };
}

function convert(
  type: Parameter['type'],
  given: string | number | boolean,
): string | number | boolean | undefined {
  if (type === 'string') return String(given);
  if (type === 'boolean') return typeof given === 'boolean' ? given : BOOLEANS.get(String(given));
  if (typeof given === 'boolean') return undefined;
  const number =
    typeof given === 'number' ? given : /^-?\d{1,15}(\.\d{1,15})?$/.test(given) ? Number(given) : NaN;
  const fits = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number);
  return fits ? number : undefined;
}

function matches(pattern: string, value: string): boolean {
  return value.length <= MAX_PATTERN_VALUE && new RegExp(`^(?:${pattern})$`, 'u').test(value);
}

const BOOLEANS = new Map([
  ['true', true],
  ['false', false],
]);

export const TYPE_WORDS = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
} as const;
