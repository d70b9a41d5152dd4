import { isDeepStrictEqual } from 'node:util';
import type { Runbook } from '../runbook.ts';
import { flattenRunbook, type Leaf } from './flatten-runbook.ts';
import { freedomRule } from './freedom-rules.ts';

export interface Change {
  /** As the file spells it, from the spec on. */
  readonly field: string;
  /** Undefined: it was not there. */
  readonly before: Leaf | undefined;
  readonly after: Leaf | undefined;
  /** What the runbook does more freely after it; empty where it does not. */
  readonly freer: string;
}

/** What a reviewer has to look at: fields whose meaning differs, whatever the files look like. */
export function diffRunbooks(before: Runbook, after: Runbook): readonly Change[] {
  const [old, current] = [flattenRunbook(before), flattenRunbook(after)];
  const fields = [...new Set([...old.keys(), ...current.keys()])];
  return fields.flatMap((field): readonly Change[] => {
    const [was, is] = [old.get(field), current.get(field)];
    if (isDeepStrictEqual(was, is)) return [];
    const rule = isOfWhole(field, old, current) ? undefined : freedomRule(field);
    const isFreer = rule?.isFreer?.(was, is, (name) => current.get(name)) ?? false;
    return [{ field, before: was, after: is, freer: isFreer && rule ? rule.meaning : '' }];
  });
}

type Leaves = ReturnType<typeof flattenRunbook>;

/** Of a step or parameter that came or went as a whole: the list of steps, and what steps are given, say so once. */
function isOfWhole(field: string, before: Leaves, after: Leaves): boolean {
  const [, list, name] = /^(steps|parameters)\.([^.]+)\./.exec(field) ?? [];
  if (list === undefined) return false;
  const mark = `${list}.${name}.${list === 'steps' ? 'action' : 'type'}`;
  return !before.has(mark) || !after.has(mark);
}
