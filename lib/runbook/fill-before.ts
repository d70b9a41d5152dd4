import { parameterSpec } from './action-catalogue.ts';
import { fitArgument } from './fill-argument.ts';
import { beforeFact } from './placeholders.ts';
import type { Action, ArgumentValue } from './runbook.ts';

export type FilledAction =
  | { readonly ok: true; readonly with: Readonly<Record<string, ArgumentValue>> }
  | { readonly ok: false; readonly why: string };

/** What undoes a step, with the state before it: by whoever recorded that state. */
export function fillBefore(
  { action, with: given }: Action,
  before: Readonly<Record<string, string | number | boolean>>,
): FilledAction {
  const filled: Record<string, ArgumentValue> = {};
  for (const [name, value] of Object.entries(given)) {
    const fact = typeof value === 'string' ? beforeFact(value) : undefined;
    const found = fact === undefined ? value : Object.hasOwn(before, fact) ? before[fact] : undefined;
    const spec = parameterSpec(action, name);
    if (found === undefined) return { ok: false, why: `the state before does not say what ${fact} was` };
    if (!spec) return { ok: false, why: `${action} has no parameter ${name} in this version` };
    const fitted = fitArgument(spec, found);
    if ('why' in fitted) return { ok: false, why: `${name} ${fitted.why}` };
    filled[name] = fitted.value;
  }
  return { ok: true, with: filled };
}
