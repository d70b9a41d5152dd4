import type { Value } from '#gen/belay/v1/common.ts';

export type Plain = string | number | boolean;
export type Values = { [name: string]: Value };

function toValue(plain: Plain | readonly string[]): Value {
  if (typeof plain === 'string') return { kind: { $case: 'text', value: plain } };
  if (typeof plain === 'number') return { kind: { $case: 'number', value: plain } };
  if (typeof plain === 'boolean') return { kind: { $case: 'flag', value: plain } };
  return { kind: { $case: 'list', value: { items: [...plain] } } };
}

export function toValues(plain: Readonly<Record<string, Plain | readonly string[]>>): Values {
  return Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, toValue(value)]));
}

/** Lists become text with commas: facts and arguments are single values. */
export function fromValues(values: Values): Record<string, Plain> {
  const plain: Record<string, Plain> = Object.create(null) as Record<string, Plain>;
  for (const [name, { kind }] of Object.entries(values)) {
    if (kind) plain[name] = kind.$case === 'list' ? kind.value.items.join(',') : kind.value;
  }
  return plain;
}
