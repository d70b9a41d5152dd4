import { readFileSync } from 'node:fs';
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import type { Layer, Path, Place, Problem, Setting } from './layers.ts';

const MAX_FILE_BYTES = 1_048_576;
/** Bounds what anchors and aliases can blow up to. */
const MAX_VALUES = 10_000;
const MAX_DEPTH = 50;

/** A YAML file, each value with its line and column. */
export function readYaml(file: string): Layer {
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { text: `${file}:${line}:${col}`, rank: line * 1e5 + col };
  };
  try {
    const text = readText(file);
    const document = parseDocument(text, { lineCounter: lines, stringKeys: true });
    const faults = [...document.errors, ...document.warnings];
    const problems = faults.map(
      ({ pos, code }): Problem => ({ place: placeOf(pos[0]), text: explain(code) }),
    );
    return { settings: problems.length > 0 ? [] : settingsOf(document, placeOf), problems };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const place = error.offset === undefined ? { text: `${file}:`, rank: 0 } : placeOf(error.offset);
    return { settings: [], problems: [{ place, text: error.message }] };
  }
}

class Unreadable extends Error {
  readonly offset: number | undefined;

  constructor(message: string, offset?: number) {
    super(message);
    this.offset = offset;
  }
}

function readText(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Unreadable(`cannot be read (${code ?? 'unknown reason'}), check the path and its permissions`);
  }
  if (text.length > MAX_FILE_BYTES) throw new Unreadable('larger than 1 MiB, which no configuration is');
  return text;
}

/** Each map and list as an empty one, followed by what is in it: so every level has its place. */
function settingsOf(document: Document.Parsed, placeOf: (offset: number) => Place): Setting[] {
  const settings: Setting[] = [];
  const visit = (node: Node | null, path: Path, place: Place): void => {
    if (settings.length >= MAX_VALUES) throw new Unreadable('too many values, write aliases out');
    if (path.length > MAX_DEPTH) throw new Unreadable('nested too deeply, an alias may contain itself');
    if (isAlias(node)) return visit(targetOf(node, document), path, place);
    if (isMap(node)) {
      settings.push({ path, value: {}, place });
      for (const { key, value } of node.items) {
        if (isScalar(key))
          visit(value as Node | null, [...path, String(key.value)], placeOf(key.range?.[0] ?? 0));
      }
    } else if (isSeq(node)) {
      settings.push({ path, value: [], place });
      (node.items as Node[]).forEach((item, index) =>
        visit(item, [...path, index], placeOf(item.range?.[0] ?? 0)),
      );
    } else {
      settings.push({ path, value: isScalar(node) ? node.value : null, place });
    }
  };
  if (document.contents) visit(document.contents, [], placeOf(0));
  return settings;
}

function targetOf(alias: Alias, document: Document.Parsed): Node {
  const target = alias.resolve(document);
  if (!target) throw new Unreadable(explain('BAD_ALIAS'), alias.range?.[0]);
  return target;
}

/** The parser's own texts quote the source, which may hold a secret; its codes do not. */
function explain(code: string): string {
  return EXPLANATIONS[code] ?? 'not valid YAML here, check the indentation and the quotes';
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'this alias names no anchor, quote a text that starts with *',
  BAD_INDENT: 'the indentation does not fit the lines around it, or a bracket above is not closed',
  BAD_SCALAR_START: 'a text cannot start with this character, quote it',
  BLOCK_AS_IMPLICIT_KEY: 'a second key on the same line, quote a text that holds ": "',
  DUPLICATE_KEY: 'this key is here twice, remove one',
  MISSING_CHAR: 'a character is missing, look for a quote, a comma or the space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key without a colon, or a text that needs quotes',
  MULTIPLE_DOCS: 'a second document, keep one to a file',
  NON_STRING_KEY: 'a key must be a text, quote it',
  TAB_AS_INDENT: 'a tab cannot indent, use spaces',
  TAG_RESOLVE_FAILED: 'tags are not supported, quote a text that starts with !',
};
