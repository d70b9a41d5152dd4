import type { CelInput } from '@bufbuild/cel';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { FactType } from './fact-types.ts';
import type { Scope } from './fact-catalogue.ts';

export type FactValue =
  | string
  | number
  | boolean
  | Date
  | readonly FactValue[]
  | { readonly [name: string]: FactValue | undefined };

export type ConditionFacts = Readonly<Record<string, FactValue | undefined>>;

const MAX_TEXT = 4_096;
const MAX_ENTRIES = 1_000;

/**
 * Facts as the evaluator takes them: only what the scope declares, in its type and within bounds. Everything
 * else counts as missing, which never makes a condition true.
 */
export function bindFacts(facts: ConditionFacts, scope: Scope): Record<string, CelInput> {
  const bound: Record<string, CelInput> = {};
  for (const [name, type] of Object.entries(scope)) {
    const value = Object.hasOwn(facts, name) ? bind(facts[name], type) : undefined;
    if (value !== undefined) bound[name] = value;
  }
  return bound;
}

type Bind<K extends FactType['kind']> = (
  value: FactValue | undefined,
  type: Extract<FactType, { kind: K }>,
) => CelInput | undefined;

const binders: { readonly [K in FactType['kind']]: Bind<K> } = {
  bool: (value) => (typeof value === 'boolean' ? value : undefined),
  number: (value, type) => (typeof value === 'number' && isWithin(value, type) ? value : undefined),
  int: (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined),
  text: (value) => (typeof value === 'string' && value.length <= MAX_TEXT ? value : undefined),
  time: (value) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? timestampFromDate(value) : undefined,
  list: (value, { of }) => bindList(value, of),
  map: (value, { of }) => bindEntries(value, () => of, true),
  section: (value, { fields }) =>
    bindEntries(value, (key) => (Object.hasOwn(fields, key) ? fields[key] : undefined)),
};

/** A count below nothing is no count: what is told at load from these limits has to hold for every fact. */
function isWithin(value: number, { minimum = -Infinity, maximum = Infinity }: NumberLimits): boolean {
  return Number.isFinite(value) && value >= minimum && value <= maximum;
}

interface NumberLimits {
  readonly minimum?: number;
  readonly maximum?: number;
}

function bind(value: FactValue | undefined, type: FactType): CelInput | undefined {
  const binder = binders[type.kind] as Bind<FactType['kind']>;
  return binder(value, type);
}

/** With an entry missing, "x is not in the list" could be wrong: the whole list counts as missing. */
function bindList(value: FactValue | undefined, of: FactType): CelInput[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES) return undefined;
  const items = (value as readonly FactValue[]).map((item) => bind(item, of));
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** A Map has no prototype that a key could reach. */
function bindEntries(
  value: FactValue | undefined,
  typeOf: (key: string) => FactType | undefined,
  isWhole = false,
): ReadonlyMap<string, CelInput> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date)
    return undefined;
  const entries = Object.entries(value);
  if (entries.length > MAX_ENTRIES) return undefined;
  const bound = new Map<string, CelInput>();
  for (const [key, item] of entries) {
    const type = typeOf(key);
    const inner = type && bind(item, type);
    if (inner !== undefined) bound.set(key, inner);
    // With an entry missing, "there is no such label" could be wrong: the whole map counts as missing.
    else if (isWhole && item !== undefined) return undefined;
  }
  return bound;
}
