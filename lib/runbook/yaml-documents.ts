import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml';
import type { Problem } from './problem.ts';
import { refuseDepth } from './yaml-depth.ts';

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One document of a file as plain data, and where each of its values was written. */
export interface YamlDocument {
  readonly value: unknown;
  /** Of the value at the path, or of what should have held it. */
  readonly placeOf: (path: Path) => Place;
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

const MAX_FILE_CHARACTERS = 262_144;
/** Bounds what anchors and aliases can blow up to. */
const MAX_VALUES = 20_000;
const MAX_DEPTH = 32;
/** Keys that could reach the prototype of an object that they are copied to. */
const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Several documents a file. A document that cannot be read is left out, with all its problems. */
export function readYamlDocuments(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const problemAt = (place: Place, code: string, message: string): Problem => {
    return { file, ...place, path: '', code, severity: 'error', message };
  };
  if (text.length > MAX_FILE_CHARACTERS)
    return refused(problemAt(START, 'file_too_large', 'larger than 256 KiB, split it into several files'));
  const tooDeep = refuseDepth(text);
  if (tooDeep) return refused(problemAt(tooDeep, 'nested_too_deeply', TOO_DEEP));
  const parsed = parseAllDocuments(text, { lineCounter: lines, stringKeys: true, logLevel: 'silent' });
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const read = readDocument(document, lines, problemAt);
    problems.push(...read.problems);
    if (read.problems.length === 0 && document.contents !== null) documents.push(read);
  }
  return { documents, problems };
}

const START: Place = { line: 1, column: 1 };
const TOO_DEEP = `nested more than ${MAX_DEPTH} levels deep, which no runbook is, write it flatter`;

const refused = (problem: Problem): YamlFile => ({ documents: [], problems: [problem] });

type ProblemAt = (place: Place, code: string, message: string) => Problem;

function readDocument(
  document: Document.Parsed,
  lines: LineCounter,
  problemAt: ProblemAt,
): YamlDocument & { problems: Problem[] } {
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const faults = [...document.errors, ...document.warnings];
  const problems = faults.map(({ pos, code }) => problemAt(placeAt(pos[0]), 'bad_yaml', explain(code)));
  const reader = new Reader(document, placeAt, problemAt);
  const value = problems.length === 0 ? reader.read() : undefined;
  return { value, problems: [...problems, ...reader.problems], placeOf: (path) => reader.placeOf(path) };
}

/** Walks the tree once: plain data out of it, with a place for each value. */
class Reader {
  readonly problems: Problem[] = [];
  readonly #document: Document.Parsed;
  readonly #placeAt: (offset: number) => Place;
  readonly #problemAt: ProblemAt;
  readonly #places = new Map<string, Place>();
  #values = 0;

  constructor(document: Document.Parsed, placeAt: (offset: number) => Place, problemAt: ProblemAt) {
    this.#document = document;
    this.#placeAt = placeAt;
    this.#problemAt = problemAt;
  }

  read(): unknown {
    const root = this.#document.contents;
    return root ? this.#visit(root, [], this.#placeAt(root.range[0])) : undefined;
  }

  placeOf(path: Path): Place {
    for (let length = path.length; length >= 0; length -= 1) {
      const place = this.#places.get(keyOf(path.slice(0, length)));
      if (place) return place;
    }
    return START;
  }

  #visit(node: Node | null, path: Path, place: Place): unknown {
    this.#values += 1;
    this.#places.set(keyOf(path), place);
    if (path.length > MAX_DEPTH) return this.#refuse(place, 'nested_too_deeply', TOO_DEEP);
    if (this.#values > MAX_VALUES) return this.#refuse(place, 'too_many_values', TOO_MANY);
    if (isAlias(node)) return this.#visit(this.#targetOf(node, place), path, place);
    if (isMap(node)) return this.#visitMap(node.items as MapItem[], path);
    if (!isSeq(node)) return isScalar(node) ? node.value : null;
    return (node.items as Node[]).map((item, index) =>
      this.#visit(item, [...path, index], this.#placeAt(item.range?.[0] ?? 0)),
    );
  }

  #visitMap(items: readonly MapItem[], path: Path): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const { key, value } of items) {
      const place = this.#placeAt(key.range?.[0] ?? 0);
      const name = String(isScalar(key) ? key.value : key);
      if (PROTOTYPE_KEYS.has(name)) this.#refuse(place, 'forbidden_key', forbidden(name));
      else map[name] = this.#visit(value, [...path, name], place);
    }
    return map;
  }

  #targetOf(alias: Alias, place: Place): Node | null {
    const target = alias.resolve(this.#document);
    return target ?? this.#refuse(place, 'bad_yaml', explain('BAD_ALIAS'));
  }

  /** Once a bound is passed there is one problem to report, not one for each value behind it. */
  #refuse(place: Place, code: string, message: string): null {
    const isKnown = code !== 'forbidden_key' && this.problems.some((problem) => problem.code === code);
    if (!isKnown) this.problems.push(this.#problemAt(place, code, message));
    return null;
  }
}

interface MapItem {
  readonly key: Node;
  readonly value: Node | null;
}

/** Unambiguous, because YAML text never holds a NUL. */
const keyOf = (path: Path): string => path.join('\0');

const TOO_MANY = 'too many values, aliases may multiply them, write them out or split the file';
const forbidden = (name: string): string => `${name} cannot be a key, choose another name`;

/** The parser's own texts quote the source at length; its codes are enough. */
function explain(code: string): string {
  return EXPLANATIONS[code] ?? 'not valid YAML here, check the indentation and the quotes';
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'this alias names no anchor, quote a text that starts with *',
  BAD_INDENT: 'the indentation does not fit the lines around it, align it',
  BAD_SCALAR_START: 'a text cannot start with this character, quote it',
  BLOCK_AS_IMPLICIT_KEY: 'a second key on the same line, quote a text that holds ": "',
  DUPLICATE_KEY: 'this key is here twice, only one of them can be meant, remove the other',
  MISSING_CHAR: 'a character is missing, look for a quote, a comma or the space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key without a colon, or a text that needs quotes',
  NON_STRING_KEY: 'a key must be a text, quote it',
  TAB_AS_INDENT: 'a tab cannot indent, use spaces',
  TAG_RESOLVE_FAILED: 'tags are not supported, quote a text that starts with !',
};
