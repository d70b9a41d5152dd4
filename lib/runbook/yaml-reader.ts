import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { TOO_DEEP } from './yaml-bounds.ts';

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface YamlFault extends Place {
  readonly code: string;
  readonly message: string;
}

/** Bounds what anchors and aliases can blow up to. */
const MAX_VALUES = 5_000;
const MAX_DEPTH = 32;
/** Keys that could reach the prototype of an object that they are copied to. */
const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Walks the tree of a document once: plain data out of it, with a place for each value. */
export class YamlReader {
  readonly faults: YamlFault[] = [];
  readonly #placeAt: (offset: number) => Place;
  readonly #places = new Map<string, Place>();
  readonly #anchors = new Map<string, Node>();
  #values = 0;

  constructor(placeAt: (offset: number) => Place) {
    this.#placeAt = placeAt;
  }

  read(root: Node): unknown {
    return this.#visit(root, [], this.#placeOfNode(root));
  }

  /** Of the value at the path, or of what should have held it. */
  placeOf(path: Path): Place {
    for (let length = path.length; length >= 0; length -= 1) {
      const place = this.#places.get(keyOf(path.slice(0, length)));
      if (place) return place;
    }
    return { line: 1, column: 1 };
  }

  #visit(node: Node | null, path: Path, place: Place): unknown {
    this.#values += 1;
    this.#places.set(keyOf(path), place);
    if (path.length > MAX_DEPTH) return this.#refuseOnce(place, 'nested_too_deeply', TOO_DEEP);
    if (this.#values > MAX_VALUES) return this.#refuseOnce(place, 'too_many_values', TOO_MANY);
    if (isAlias(node)) return this.#visitAlias(node.source, path, place);
    if (node?.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return this.#visitMap(node.items as MapItem[], path);
    if (!isSeq(node)) return isScalar(node) ? node.value : null;
    return (node.items as Node[]).map((item, index) =>
      this.#visit(item, [...path, index], this.#placeOfNode(item)),
    );
  }

  #visitMap(items: readonly MapItem[], path: Path): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const { key, value } of items) {
      const place = this.#placeOfNode(key);
      const name = isScalar(key) ? String(key.value) : '';
      if (!isScalar(key)) this.#refuse(place, 'bad_yaml', 'a key must be a text, quote it');
      else if (PROTOTYPE_KEYS.has(name))
        this.#refuse(place, 'forbidden_key', `${name} cannot be a key, choose another name`);
      else if (Object.hasOwn(map, name)) this.#refuse(place, 'duplicate_key', REPEATED);
      else map[name] = this.#visit(value, [...path, name], place);
    }
    return map;
  }

  /** What was anchored before: an alias inside of its own anchor ends at the depth that is allowed. */
  #visitAlias(name: string, path: Path, place: Place): unknown {
    const target = this.#anchors.get(name);
    if (target) return this.#visit(target, path, place);
    return this.#refuse(
      place,
      'bad_yaml',
      'this alias names no anchor above it, quote a text that starts with *',
    );
  }

  #placeOfNode(node: Node | null): Place {
    return this.#placeAt(node?.range?.[0] ?? 0);
  }

  #refuse(place: Place, code: string, message: string): null {
    this.faults.push({ ...place, code, message });
    return null;
  }

  /** Once a bound is passed there is one problem to report, not one for each value behind it. */
  #refuseOnce(place: Place, code: string, message: string): null {
    return this.faults.some((fault) => fault.code === code) ? null : this.#refuse(place, code, message);
  }
}

interface MapItem {
  readonly key: Node;
  readonly value: Node | null;
}

/** Unambiguous, because YAML text never holds a NUL. */
const keyOf = (path: Path): string => path.join('\0');

const TOO_MANY = 'too many values, aliases may multiply them, write them out or split the file';
const REPEATED = 'this key is here twice, only one of them can be meant, remove the other';
