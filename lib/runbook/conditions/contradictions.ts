import { intersection, type Range } from './ranges.ts';
import type { Term } from './term.ts';

/** Whether two parts of a conjunction want of the same thing what cannot be at once: x < 3.0 && x > 5.0. */
export function contradicts(term: Term): boolean {
  const ranges = new Map<string, Range>();
  const texts = new Map<string, string>();
  for (const part of conjuncts(term)) {
    const demand = demandOf(part);
    if (!demand) continue;
    if ('text' in demand) {
      if ((texts.get(demand.of) ?? demand.text) !== demand.text) return true;
      texts.set(demand.of, demand.text);
    } else {
      const both = intersection(ranges.get(demand.of) ?? ANY, demand.range);
      if (!both) return true;
      ranges.set(demand.of, both);
    }
  }
  return false;
}

const ANY: Range = { minimum: -Infinity, maximum: Infinity };

function conjuncts(term: Term): readonly Term[] {
  return term.kind === 'call' && term.name === '_&&_' ? term.args.flatMap(conjuncts) : [term];
}

type Demand = { readonly of: string; readonly range: Range } | { readonly of: string; readonly text: string };

function demandOf(part: Term): Demand | undefined {
  if (part.kind !== 'call') return undefined;
  const [left, right] = part.args;
  if (right?.kind === 'value' && left?.kind === 'fact') return demand(part.name, left, right.value);
  if (left?.kind === 'value' && right?.kind === 'fact')
    return demand(MIRRORED.get(part.name) ?? '', right, left.value);
  return undefined;
}

function demand(
  name: string,
  fact: Term & { kind: 'fact' },
  value: string | number | boolean,
): Demand | undefined {
  const of = JSON.stringify(fact.path);
  if (typeof value === 'string') return name === '_==_' ? { of, text: value } : undefined;
  if (typeof value !== 'number') return undefined;
  const range = RANGES.get(name)?.(value);
  return range && { of, range };
}

const RANGES = new Map<string, (value: number) => Range>([
  ['_<_', (limit) => ({ minimum: -Infinity, maximum: -above(-limit) })],
  ['_<=_', (maximum) => ({ minimum: -Infinity, maximum })],
  ['_>_', (limit) => ({ minimum: above(limit), maximum: Infinity })],
  ['_>=_', (minimum) => ({ minimum, maximum: Infinity })],
  ['_==_', (value) => ({ minimum: value, maximum: value })],
]);

const MIRRORED = new Map([
  ['_<_', '_>_'],
  ['_<=_', '_>=_'],
  ['_>_', '_<_'],
  ['_>=_', '_<=_'],
  ['_==_', '_==_'],
]);

/** The next number that there is: more than 3 is at least that. */
function above(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const bits = new BigInt64Array(1);
  const numbers = new Float64Array(bits.buffer);
  numbers[0] = value;
  bits[0] = (bits[0] ?? 0n) + (value > 0 ? 1n : -1n);
  return numbers[0];
}
