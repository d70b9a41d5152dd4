import { type Path, type Place, type Problem, pathKey, type Setting } from './layers.ts';

export interface Merged {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where a value was written, or the nearest section around it. */
  placeOf(path: readonly PropertyKey[]): Place | undefined;
}

/** Keys that would reach an object's prototype instead of the object. */
const FORBIDDEN_KEYS = new Set<PropertyKey>(['__proto__', 'constructor', 'prototype']);

/** One tree of all settings, the later winning. Sections merge; lists and single values are replaced. */
export function mergeSettings(settings: readonly Setting[]): Merged {
  const root: Container = { config: {} };
  const places = new Map<string, Place>();
  const problems: Problem[] = [];
  for (const { path, value, place } of settings) {
    const forbidden = path.findIndex((key) => FORBIDDEN_KEYS.has(key));
    if (forbidden === -1) {
      assign(root, ['config', ...path], value);
      places.set(pathKey(path), place);
    } else if (forbidden === path.length - 1) {
      problems.push({ place, text: `${pathKey(path)}: this key is not allowed, remove it` });
    }
  }
  return { value: root['config'], problems, placeOf: (path) => nearestPlace(places, path) };
}

type Container = Record<string | number, unknown>;

function assign(root: Container, path: Path, value: unknown): void {
  let container = root;
  for (const key of path.slice(0, -1)) {
    if (!isContainer(container[key])) container[key] = {};
    container = container[key] as Container;
  }
  const last = path.at(-1) ?? '';
  if (isSection(value) && isSection(container[last])) return;
  // Fresh, because settings below it are assigned into it.
  container[last] = isSection(value) ? {} : Array.isArray(value) ? [] : value;
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isSection(value: unknown): boolean {
  return isContainer(value) && !Array.isArray(value);
}

function nearestPlace(places: ReadonlyMap<string, Place>, path: readonly PropertyKey[]): Place | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const place = places.get(pathKey(path.slice(0, length)));
    if (place) return place;
  }
  return undefined;
}
