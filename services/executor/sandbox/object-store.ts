import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '#lib/clock.ts';
import { alreadyExists, notFound } from './api/status.ts';
import {
  type Draft,
  type KubeObject,
  namespaceOf,
  type ObjectMetadata,
  type ObjectsByPlural,
  type Plural,
} from './objects.ts';
import { timestamp } from './timestamp.ts';

export interface Place {
  readonly namespace: string;
  readonly name: string;
}

export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly plural: Plural;
  readonly object: KubeObject;
  /** Undefined for what was added. */
  readonly previous: KubeObject | undefined;
}

/** Of how many changes a watch can still be told. */
const HISTORY = 1_000;

/** All objects, in memory, under one growing resourceVersion. What is stored is never changed, only replaced. */
export class ObjectStore {
  readonly #clock: Clock;
  readonly #objects = new Map<string, { plural: Plural; object: KubeObject }>();
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  #version = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get version(): number {
    return this.#version;
  }

  get<P extends Plural>(plural: P, place: Place): ObjectsByPlural[P] | undefined {
    return this.#objects.get(keyOf(plural, place))?.object as ObjectsByPlural[P] | undefined;
  }

  /** By namespace and name. */
  list<P extends Plural>(plural: P, namespace?: string): ObjectsByPlural[P][] {
    return [...this.#objects]
      .filter(([, stored]) => stored.plural === plural)
      .filter(([, { object }]) => namespace === undefined || namespaceOf(object) === namespace)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { object }]) => object as ObjectsByPlural[P]);
  }

  create<P extends Plural>(plural: P, draft: Draft<ObjectsByPlural[P]>): ObjectsByPlural[P] {
    const place = placeOf(draft.metadata);
    if (this.get(plural, place)) throw alreadyExists(plural, place.name);
    const metadata: ObjectMetadata = {
      ...draft.metadata,
      uid: randomUUID(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: timestamp(this.#clock.now()),
    };
    return this.#put('ADDED', plural, { ...draft, metadata } as ObjectsByPlural[P], undefined);
  }

  /** Leaves the object alone when nothing is different. */
  update<P extends Plural>(
    plural: P,
    place: Place,
    change: (current: ObjectsByPlural[P]) => Draft<ObjectsByPlural[P]>,
  ): ObjectsByPlural[P] {
    const current = this.get(plural, place);
    if (!current) throw notFound(plural, place.name);
    const next = change(current) as ObjectsByPlural[P];
    if (isDeepStrictEqual(next, current)) return current;
    const isNewSpec =
      !isDeepStrictEqual(next.spec, current.spec) ||
      next.metadata.deletionTimestamp !== current.metadata.deletionTimestamp;
    const generation = current.metadata.generation + (isNewSpec ? 1 : 0);
    return this.#put('MODIFIED', plural, { ...next, metadata: { ...next.metadata, generation } }, current);
  }

  remove<P extends Plural>(plural: P, place: Place): ObjectsByPlural[P] | undefined {
    const current = this.get(plural, place);
    return current && this.#put('DELETED', plural, current, current);
  }

  /** Called after each change, before the caller of the change goes on. Returns the way to stop. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Undefined when some of them are forgotten. */
  changesSince(version: number): readonly Change[] | undefined {
    const oldest = this.#version - this.#history.length;
    return version < oldest ? undefined : this.#history.filter((change) => change.version > version);
  }

  #put<P extends Plural>(
    type: Change['type'],
    plural: P,
    given: ObjectsByPlural[P],
    previous: ObjectsByPlural[P] | undefined,
  ): ObjectsByPlural[P] {
    const version = ++this.#version;
    const object = { ...given, metadata: { ...given.metadata, resourceVersion: `${version}` } };
    const key = keyOf(plural, placeOf(object.metadata));
    if (type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, { plural, object });
    const change: Change = { version, type, plural, object, previous };
    this.#history.push(change);
    if (this.#history.length > HISTORY) this.#history = this.#history.slice(-HISTORY);
    for (const listener of this.#listeners) listener(change);
    return object;
  }
}

export function placeOf({
  namespace = '',
  name,
}: {
  readonly namespace?: string;
  readonly name: string;
}): Place {
  return { namespace, name };
}

function keyOf(plural: Plural, { namespace, name }: Place): string {
  return `${plural}/${namespace}/${name}`;
}
