import { type CST, Composer, type Document, LineCounter, Parser } from 'yaml';
import type { Problem } from './problem.ts';
import { lexWithinBounds, TOO_DEEP } from './yaml-bounds.ts';
import { type Path, type Place, type YamlFault, YamlReader } from './yaml-reader.ts';

/** One document of a file as plain data, and where each of its values was written. */
export interface YamlDocument {
  readonly value: unknown;
  readonly placeOf: (path: Path) => Place;
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

/** After the first ones a parser that has lost its way only repeats itself. */
const MAX_FAULTS = 10;

/** Several documents a file. A document that cannot be read is left out, with what is wrong with it. */
export function readYamlDocuments(text: string, file: string): YamlFile {
  const lexed = lexWithinBounds(text);
  if (!lexed.ok) return { documents: [], problems: [problemOf(lexed.passed, file)] };
  const lines = new LineCounter();
  const parsed = parse(lexed.tokens, lines);
  if (!parsed)
    return { documents: [], problems: [problemOf({ line: 1, column: 1, ...TOO_DEEP_FAULT }, file)] };
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  for (const document of parsed) {
    const { faults, ...read } = readDocument(document, lines);
    problems.push(...faults.slice(0, MAX_FAULTS).map((fault) => problemOf(fault, file)));
    if (faults.length === 0 && document.contents !== null) documents.push(read);
  }
  return { documents, problems };
}

/** A parser that has lost its way makes thousands of errors, and drawing their stacks would take longer than parsing. */
function parse(tokens: readonly string[], lines: LineCounter): readonly Document.Parsed[] | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    // Compared key by key by the composer; the reader knows at once.
    const composer = new Composer({ stringKeys: true, uniqueKeys: false, logLevel: 'silent' });
    return [...composer.compose(parsed(tokens, lines))];
  } catch (error) {
    // It calls itself for each level. The bounds see nesting before it does, unless the text misleads them.
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** As the parser does with a text, but for the lexing, which the bounds have done. */
function* parsed(tokens: readonly string[], lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const token of tokens) yield* parser.next(token);
  yield* parser.end();
}

const TOO_DEEP_FAULT = { code: 'nested_too_deeply', message: TOO_DEEP };

function problemOf(fault: YamlFault, file: string): Problem {
  return { file, ...fault, path: '', severity: 'error' };
}

function readDocument(
  document: Document.Parsed,
  lines: LineCounter,
): YamlDocument & { readonly faults: readonly YamlFault[] } {
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    // An empty text has no first line for the counter.
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = [...document.errors, ...document.warnings].map(
    ({ pos, code }): YamlFault => ({ ...placeAt(pos[0]), code: 'bad_yaml', message: explain(code) }),
  );
  const reader = new YamlReader(placeAt);
  const value = faults.length === 0 && document.contents ? reader.read(document.contents) : undefined;
  return { value, faults: [...faults, ...reader.faults], placeOf: (path) => reader.placeOf(path) };
}

/** The parser's own texts quote the source at length; its codes are enough. */
function explain(code: string): string {
  return EXPLANATIONS[code] ?? 'not valid YAML here, check the indentation and the quotes';
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'this alias names no anchor above it, quote a text that starts with *',
  BAD_INDENT: 'the indentation does not fit the lines around it, or a bracket above is not closed',
  BAD_SCALAR_START: 'a text cannot start with this character, quote it',
  BLOCK_AS_IMPLICIT_KEY: 'a second key on the same line, quote a text that holds ": "',
  MISSING_CHAR: 'a character is missing, look for a quote, a comma or the space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key without a colon, or a text that needs quotes',
  NON_STRING_KEY: 'a key must be a text, quote it',
  TAB_AS_INDENT: 'a tab cannot indent, use spaces',
  TAG_RESOLVE_FAILED: 'tags are not supported, quote a text that starts with !',
};
