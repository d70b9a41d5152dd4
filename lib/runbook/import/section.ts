import { excerpt } from '../nearest.ts';
import type { Path } from '../yaml-reader.ts';
import type { Notes } from './notes.ts';

const NOWHERE = 'the format has no place for it, it is kept in x-imported, see whether the runbook needs it';

/**
 * A section of the source that remembers what was read of it. What nobody asked for is told of by `finish`, so a
 * key that the importer does not know cannot be lost without a word.
 */
export class Section {
  readonly path: Path;
  readonly notes: Notes;
  readonly value: Readonly<Record<string, unknown>>;
  readonly #unread: Set<string>;
  readonly #below: Section[] = [];

  constructor(value: Readonly<Record<string, unknown>>, path: Path, notes: Notes) {
    this.value = value;
    this.path = path;
    this.notes = notes;
    this.#unread = new Set(Object.keys(value));
  }

  at(key: string | number): Path {
    return [...this.path, key];
  }

  /** Says something: a key without a value is as good as none. */
  has(key: string): boolean {
    return Object.hasOwn(this.value, key) && this.value[key] !== null;
  }

  keys(): readonly string[] {
    return Object.keys(this.value);
  }

  /** The value as it stands; whoever takes it answers for all that is in it. */
  take(key: string): unknown {
    this.#unread.delete(key);
    return this.has(key) ? this.value[key] : undefined;
  }

  text(key: string): string | undefined {
    return this.#typed(key, 'a text', (value) => (isPlain(value) ? String(value) : undefined));
  }

  number(key: string): number | undefined {
    return this.#typed(key, 'a number', numberOf);
  }

  /** A limit. What is no number stays as it is, and the loader refuses it: a default could be looser. */
  limit(key: string): unknown {
    const value = this.take(key);
    return numberOf(value) ?? value;
  }

  /** Entries of what guards, whatever they are: the loader refuses those that it cannot read. */
  guards(key: string): readonly unknown[] {
    const value = this.take(key);
    if (value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }

  boolean(key: string): boolean | undefined {
    return this.#typed(key, 'true or false', (value) => {
      if (typeof value === 'boolean') return value;
      return value === 'true' || (value === 'false' ? false : undefined);
    });
  }

  /** A list of texts, or a single one. */
  texts(key: string): readonly string[] {
    const all = this.#typed(key, 'a list of texts', (value) => {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      return items.every(isPlain) ? items.map(String) : undefined;
    });
    return all ?? [];
  }

  /** With notes of its own where it is a runbook of its own. */
  section(key: string, notes = this.notes): Section | undefined {
    const value = this.#typed(key, 'a section', (given) => (isRecord(given) ? given : undefined));
    return value && this.#child(value, this.at(key), notes);
  }

  /** The sections of a list; whatever else is in it is told of. */
  sections(key: string): readonly Section[] {
    const items = this.#typed(key, 'a list', (value) => (Array.isArray(value) ? value : undefined));
    return (items ?? []).flatMap((item: unknown, index) => {
      const path = [...this.at(key), index];
      if (isRecord(item)) return [this.#child(item, path, this.notes)];
      this.notes.keep(path, item, `expected a section, got ${excerpt(item)}, it is kept in x-imported`);
      return [];
    });
  }

  warn(key: string, code: string, message: string): void {
    this.notes.warn(this.at(key), code, message);
  }

  /** Not carried over, and the reviewer sees it. */
  keep(key: string, message: string): void {
    const value = this.take(key);
    if (value !== undefined) this.notes.keep(this.at(key), value, message);
  }

  /** Of this section and of those below it. */
  finish(message = NOWHERE): void {
    for (const key of this.#unread) this.keep(key, message);
    for (const section of this.#below) section.finish(message);
  }

  /** All of it was dealt with as one. */
  settle(): void {
    this.#unread.clear();
    for (const section of this.#below) section.settle();
  }

  /** What nobody has asked for yet. */
  unread(): readonly string[] {
    return [...this.#unread].filter((key) => this.has(key));
  }

  #child(value: Readonly<Record<string, unknown>>, path: Path, notes: Notes): Section {
    const section = new Section(value, path, notes);
    this.#below.push(section);
    return section;
  }

  #typed<T>(key: string, expected: string, read: (value: unknown) => T | undefined): T | undefined {
    const given = this.take(key);
    if (given === undefined) return undefined;
    const value = read(given);
    if (value === undefined)
      this.notes.keep(
        this.at(key),
        given,
        `expected ${expected}, got ${excerpt(given)}, it is kept in x-imported, write it anew`,
      );
    return value;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
