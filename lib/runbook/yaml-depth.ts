import { Lexer } from 'yaml';

const MAX_BRACKETS = 64;
const MAX_INDENT = 256;

/**
 * Where a text nests deeper than the parser should be made to follow: it goes back over every level it has
 * opened, so hostile nesting costs it far more than reading does. The lexer alone is linear.
 */
export function refuseDepth(text: string): { line: number; column: number } | undefined {
  let line = 1;
  let column = 1;
  let brackets = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets = Math.max(0, brackets - 1);
    const nests = brackets === 0 && INDICATORS.has(token) && column > MAX_INDENT;
    if (brackets > MAX_BRACKETS || nests) return { line, column };
    const lastBreak = token.lastIndexOf('\n');
    if (lastBreak < 0) column += SILENT.has(token) ? 0 : token.length;
    else {
      line += token.split('\n').length - 1;
      column = token.length - lastBreak;
    }
  }
  return undefined;
}

const INDICATORS = new Set(['-', '?', ':']);
/** Marks of the lexer that stand for no character of the text. */
const SILENT = new Set(['\u0002', '\u0018', '\u001f']);
