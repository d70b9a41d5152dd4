/** Where a value was written, as error texts name it. Problems are listed by rank. */
export interface Place {
  readonly text: string;
  readonly rank: number;
  /** The path that the text spells out already. */
  readonly spells?: string;
}

export interface Problem {
  readonly place: Place;
  readonly text: string;
}

export type Path = readonly (string | number)[];

/**
 * A value that one source gives for one place in the configuration. Sections and lists come as empty ones,
 * followed by what is in them.
 */
export interface Setting {
  readonly path: Path;
  readonly value: unknown;
  readonly place: Place;
}

/** What one source says, weaker sources being read first. */
export interface Layer {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

export const pathKey = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** A value from a source without positions as settings, all with the same place. */
export function settingsFrom(value: unknown, path: Path, place: (path: Path) => Place): Setting[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [{ path, value, place: place(path) }];
  const children = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const section = { path, value: Array.isArray(value) ? [] : {}, place: place(path) };
  return [section, ...children.flatMap(([key, child]) => settingsFrom(child, [...path, key], place))];
}
