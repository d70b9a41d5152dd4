/** What conditions can be made of. Every number is a double; whole numbers come from literals and functions. */
export type FactType =
  | { readonly kind: 'bool' }
  | { readonly kind: 'number'; readonly minimum?: number; readonly maximum?: number }
  | { readonly kind: 'int' }
  | { readonly kind: 'text' }
  | { readonly kind: 'time' }
  | { readonly kind: 'list'; readonly of: FactType }
  /** Any key; a missing one is a missing fact. */
  | { readonly kind: 'map'; readonly of: FactType }
  /** Known fields; each may still be missing when it comes to it. */
  | { readonly kind: 'section'; readonly fields: Readonly<Record<string, FactType>> };

export type Kind = FactType['kind'];

export const BOOL: FactType = { kind: 'bool' };
export const INT: FactType = { kind: 'int' };
export const NUMBER: FactType = { kind: 'number' };
export const TEXT: FactType = { kind: 'text' };
export const TIME: FactType = { kind: 'time' };
/** Counts and ages: never negative. */
export const COUNT: FactType = { kind: 'number', minimum: 0 };
export const RATIO: FactType = { kind: 'number', minimum: 0, maximum: 1 };
export const PERCENT: FactType = { kind: 'number', minimum: 0, maximum: 100 };
export const TEXTS: FactType = { kind: 'list', of: TEXT };
export const TEXT_MAP: FactType = { kind: 'map', of: TEXT };

/** For messages: expected <this>. */
export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  bool: 'true or false',
  number: 'a number',
  int: 'a whole number',
  text: 'a text',
  time: 'a time',
  list: 'a list',
  map: 'a map',
  section: 'a group of facts',
};
