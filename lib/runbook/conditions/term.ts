import type { FactType } from './fact-types.ts';

/** A checked expression: what it is made of, with the type of each part. */
export type Term =
  | { readonly kind: 'value'; readonly type: FactType; readonly value: Constant }
  /** Looked up when it comes to it: live.readyReplicas, incident.labels['tier']. */
  | { readonly kind: 'fact'; readonly type: FactType; readonly path: readonly string[] }
  | { readonly kind: 'call'; readonly type: FactType; readonly name: string; readonly args: readonly Term[] };

export type Constant = string | number | boolean;

/** The same text for the same fact, however it was written. */
export const factName = (path: readonly string[]): string =>
  path.reduce((name, part) => {
    if (name === '') return part;
    return /^[A-Za-z_]\w*$/.test(part) ? `${name}.${part}` : `${name}['${part}']`;
  }, '');

export function factsOf(term: Term): readonly (readonly string[])[] {
  if (term.kind === 'fact') return [term.path];
  return term.kind === 'call' ? term.args.flatMap(factsOf) : [];
}
