import { Lexer } from 'yaml';

const MAX_CHARACTERS = 262_144;
const MAX_LINES = 5_000;
const MAX_TOKENS = 12_000;
const MAX_DOCUMENTS = 100;
const MAX_BRACKETS = 64;
const MAX_INDENT = 256;

export interface BoundPassed {
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
}

/**
 * Where a text passes what the parser should be made to follow. It goes back over every level and holds a node
 * for every value, so a hostile text costs it far more than reading does; the lexer alone is linear.
 */
export function passedBound(text: string): BoundPassed | undefined {
  if (text.length > MAX_CHARACTERS)
    return { ...START, code: 'file_too_large', message: 'larger than 256 KiB, split it into several files' };
  if (newlines(text) > MAX_LINES)
    return {
      ...START,
      code: 'file_too_large',
      message: 'longer than 5,000 lines, split it into several files',
    };
  const position = { line: 1, column: 1 };
  let brackets = 0;
  let documents = 0;
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets = Math.max(0, brackets - 1);
    else if (token === FLOW_END) brackets = 0;
    else if (token === '---') documents += 1;
    const nests = NESTING.has(token) || (token === ':' && brackets === 0);
    if (brackets > MAX_BRACKETS || (nests && position.column > MAX_INDENT))
      return { ...position, code: 'nested_too_deeply', message: TOO_DEEP };
    if (tokens > MAX_TOKENS || documents > MAX_DOCUMENTS)
      return { ...position, code: 'file_too_large', message: 'holds too much, split it into several files' };
    advance(position, token);
  }
  return undefined;
}

export const TOO_DEEP = 'nested too deeply, no runbook needs that many levels, write it flatter';

const START = { line: 1, column: 1 };
/** Each opens a level where it stands, also on one line with others. */
const NESTING = new Set(['-', '?']);
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
