import { fitParameter } from './fit-parameter.ts';
import { excerpt, listed, nearest } from './nearest.ts';
import type { Parameter, Runbook } from './runbook.ts';

export type GivenParameters =
  | { readonly ok: true; readonly values: Readonly<Record<string, string | number | boolean>> }
  | { readonly ok: false; readonly fault: ParameterFault };

export interface ParameterFault {
  readonly code: 'PARAMETER_UNKNOWN' | 'PARAMETER_MISSING' | 'PARAMETER_UNFIT';
  readonly name: string;
  /** For whoever gave it. */
  readonly why: string;
  readonly next: string;
}

/** What somebody has given a runbook by hand, as text, in the types of its parameters; or the first fault in it. */
export function givenParameters(
  { name: runbook, parameters }: Pick<Runbook, 'name' | 'parameters'>,
  given: Readonly<Record<string, string>>,
): GivenParameters {
  const values: Record<string, string | number | boolean> = {};
  for (const [name, text] of Object.entries(given)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (!parameter) return { ok: false, fault: unknown(runbook, name, Object.keys(parameters)) };
    const fitted = fit(parameter, text);
    if ('why' in fitted) return { ok: false, fault: unfit(name, text, fitted.why, parameter) };
    values[name] = fitted.value;
  }
  const missing = Object.entries(parameters).find(
    ([name, { required, default: fallback }]) =>
      required && fallback === undefined && !Object.hasOwn(given, name),
  );
  return missing ? { ok: false, fault: absent(...missing) } : { ok: true, values };
}

function fit(parameter: Parameter, text: string): ReturnType<typeof fitParameter> {
  // Plans take it for none.
  if (text === '') return { why: 'is empty' };
  // A value is never looked up.
  return text.includes('${') ? { why: 'holds a placeholder' } : fitParameter(parameter, text);
}

function unknown(runbook: string, name: string, known: readonly string[]): ParameterFault {
  const meant = nearest(name, known);
  const has = known.length === 0 ? 'it takes none' : `it takes ${listed(known)}`;
  return {
    code: 'PARAMETER_UNKNOWN',
    name,
    why: `${runbook} has no parameter ${excerpt(name)}: ${has}`,
    next: meant ? `did you mean ${meant}?` : `belay runbook show ${runbook}`,
  };
}

const unfit = (name: string, text: string, why: string, parameter: Parameter): ParameterFault => ({
  code: 'PARAMETER_UNFIT',
  name,
  why: `parameter ${name} ${why}, got ${excerpt(text)}`,
  next: `give it as ${example(name, parameter)}`,
});

const absent = (name: string, parameter: Parameter): ParameterFault => ({
  code: 'PARAMETER_MISSING',
  name,
  why: `parameter ${name} is missing${parameter.description && `: ${parameter.description}`}`,
  next: `give it as ${example(name, parameter)}`,
});

/** As it is typed. */
function example(name: string, { type, allowedValues, pattern }: Parameter): string {
  const value = allowedValues?.join('|') ?? (pattern === undefined ? EXAMPLES[type] : `<${pattern}>`);
  return `-p ${name}=${value}`;
}

const EXAMPLES: Readonly<Record<Parameter['type'], string>> = {
  string: '<text>',
  integer: '1',
  number: '0.5',
  boolean: 'true|false',
};
