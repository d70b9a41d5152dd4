import { Lexer } from 'yaml';

const MAX_CHARACTERS = 262_144;
const MAX_LINES = 5_000;
const MAX_TOKENS = 12_000;
const MAX_DOCUMENTS = 100;
const MAX_BRACKETS = 64;
const MAX_INDENT = 256;

interface Position {
  readonly line: number;
  readonly column: number;
}

export interface BoundPassed extends Position {
  readonly code: string;
  readonly message: string;
}

/** The tokens of a text, for the parser, which would lex it once more; or why it does not get them. */
export type Lexed =
  | { readonly ok: true; readonly tokens: readonly string[] }
  | { readonly ok: false; readonly passed: BoundPassed };

/**
 * Refused is what passes the bounds of what the parser should be made to follow. It goes back over every level and holds a node
 * for every value, so a hostile text costs it far more than reading does; the lexer alone is linear.
 */
export function lexWithinBounds(text: string): Lexed {
  if (text.length > MAX_CHARACTERS) return tooLarge(START, 'larger than 256 KiB');
  if (newlines(text) > MAX_LINES) return tooLarge(START, 'longer than 5,000 lines');
  const position = { ...START };
  const levels = new Levels();
  let documents = 0;
  const tokens: string[] = [];
  for (const token of new Lexer().lex(text)) {
    tokens.push(token);
    if (token === '---') documents += 1;
    if (levels.areTooMany(token, position.column))
      return { ok: false, passed: { ...position, code: 'nested_too_deeply', message: TOO_DEEP } };
    if (tokens.length > MAX_TOKENS || documents > MAX_DOCUMENTS) return tooLarge(position, 'holds too much');
    advance(position, token);
  }
  return { ok: true, tokens };
}

class Levels {
  #brackets = 0;
  #inARow = 0;

  /**
   * Brackets are counted. In a block each level needs a column of its own, also where several share a line.
   * After a bracket too many, lexer and parser differ on what is a block; only commas part the keys of brackets.
   */
  areTooMany(token: string, column: number): boolean {
    if (token === '[' || token === '{') this.#brackets += 1;
    else if (token === ']' || token === '}') this.#brackets = Math.max(0, this.#brackets - 1);
    else if (token === FLOW_END) this.#brackets = 0;
    if (INDICATORS.has(token)) this.#inARow += 1;
    else if (token === ',' || token.includes('\n')) this.#inARow = 0;
    const nests = INDICATORS.has(token) && (token !== ':' || this.#brackets === 0);
    return this.#brackets + this.#inARow > MAX_BRACKETS || (nests && column > MAX_INDENT);
  }
}

function tooLarge(position: Position, what: string): Lexed {
  const message = `${what}, split it into several files`;
  return { ok: false, passed: { ...position, code: 'file_too_large', message } };
}

export const TOO_DEEP = 'nested too deeply, no runbook needs that many levels, write it flatter';

const INDICATORS = new Set(['-', '?', ':']);
const START = { line: 1, column: 1 };
/** Brackets that are still open are given up here. */
const FLOW_END = '\u0018';
/** Marks of the lexer that stand for no character of the text. */
const SILENT = new Set(['\u0002', FLOW_END, '\u001f']);

function newlines(text: string): number {
  let count = 0;
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) count += 1;
  return count;
}

function advance(position: { line: number; column: number }, token: string): void {
  const lastBreak = token.lastIndexOf('\n');
  if (lastBreak < 0) position.column += SILENT.has(token) ? 0 : token.length;
  else {
    position.line += newlines(token);
    position.column = token.length - lastBreak;
  }
}
