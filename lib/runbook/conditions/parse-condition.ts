import { parse } from '@bufbuild/cel';
import { messageOf } from '#lib/errors.ts';
import { ConditionFault } from './condition-fault.ts';

export type Expr = ReturnType<typeof parse>['expr'];

const MAX_CHARACTERS = 1_000;
const MAX_BRACKETS = 24;

/** The tree of an expression. Bounded before parsing: the parser goes back over whatever nests. */
export function parseCondition(text: string): Expr {
  if (text.length > MAX_CHARACTERS)
    throw new ConditionFault('too_complex', `longer than ${MAX_CHARACTERS} characters, split it in two`);
  if (deepestBracket(text) > MAX_BRACKETS)
    throw new ConditionFault('too_complex', `nests more than ${MAX_BRACKETS} brackets, split it in two`);
  try {
    return parse(text).expr;
  } catch (error) {
    throw new ConditionFault('bad_expression', explain(error));
  }
}

function deepestBracket(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** The parser lists all that it could have gone on with; where it stopped is enough. */
function explain(error: unknown): string {
  const { location, found, rawMessage } = error as ParseError;
  if (!location) return `not a condition, ${messageOf(error).slice(0, 100)}`;
  const { line, column } = location.start;
  const place = line === 1 ? `character ${column}` : `line ${line}, character ${column}`;
  if (found === undefined)
    return `not a condition at ${place}, ${rawMessage ?? 'not understood'}, write it otherwise`;
  if (found === '') return `ends too early at ${place}, complete it`;
  const hint = HINTS.get(found);
  return `not a condition at ${place}, ${JSON.stringify(found)} does not fit there${hint ? `, ${hint}` : ', remove or quote it'}`;
}

interface ParseError {
  readonly location?: { readonly start: { readonly line: number; readonly column: number } };
  readonly found?: string;
  readonly rawMessage?: string;
}

const HINTS = new Map([
  ['=', 'equality is =='],
  ['&', 'and is &&'],
  ['|', 'or is ||'],
  ["'", 'close the quote'],
  ['"', 'close the quote'],
]);
