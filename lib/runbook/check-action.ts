import type { Fault } from './fault.ts';
import { excerpt, listed, nearest } from './nearest.ts';
import { actionNames, actionSpec, parameterSpec } from './action-catalogue.ts';
import { argumentType } from './argument-types.ts';
import type { ActionSpec, ParameterSpec } from './catalogue/action-spec.ts';
import { fitArgument } from './fill-argument.ts';
import { beforeFact, INCIDENT_NAMES, parseTemplate } from './placeholders.ts';
import type { Action, ArgumentValue } from './runbook.ts';

export interface NamesInScope {
  readonly parameters: readonly string[];
  /** Only what undoes a step knows the state before it. */
  readonly isRollback: boolean;
}

type SourceArguments = Readonly<Record<string, unknown>>;

/** An action of the catalogue with arguments that fit it, or everything that is wrong with them. */
export function checkAction(
  name: string,
  source: SourceArguments,
  names: NamesInScope,
): { readonly action: Action; readonly faults: readonly Fault[] } {
  const spec = actionSpec(name);
  if (!spec) return { action: { action: name, with: {} }, faults: [unknownAction(name)] };
  const faults: Fault[] = [];
  const filled: Record<string, ArgumentValue> = {};
  for (const [key, value] of Object.entries(source)) {
    const parameter = parameterSpec(name, key);
    const result = parameter ? checkArgument(parameter, value, names) : unknownParameter(name, spec, key);
    if ('value' in result) filled[key] = result.value;
    else faults.push({ path: ['with', key], ...result });
  }
  return { action: { action: name, with: filled }, faults: [...faults, ...checkSet(name, spec, source)] };
}

interface Refused {
  readonly code: string;
  readonly message: string;
}

function checkArgument(
  spec: ParameterSpec,
  source: unknown,
  names: NamesInScope,
): { readonly value: ArgumentValue } | Refused {
  const given = asArgument(spec, source);
  if (given === undefined) return refused(`is not ${argumentType(spec.type).expected}`, source);
  const texts = typeof given === 'object' ? given : [given];
  let holdsNames = false;
  for (const text of texts) {
    const parts = typeof text === 'string' ? parseTemplate(text) : [];
    if (!parts) return { code: 'bad_placeholder', message: BAD_PLACEHOLDER };
    const found = parts.flatMap((part) => ('name' in part ? [part.name] : []));
    holdsNames ||= found.length > 0;
    const fault = found.map((name) => checkName(name, names, spec, given)).find(Boolean);
    if (fault) return fault;
  }
  if (holdsNames) return checkTemplate(spec, given);
  const fitted = fitArgument(spec, given);
  return 'why' in fitted ? refused(fitted.why, source) : fitted;
}

const BAD_PLACEHOLDER = 'a ${ that is no placeholder, write ${NAME} or ${parameterName}';

const refused = (why: string, source: unknown): Refused => ({
  code: 'bad_argument',
  message: `${why}, got ${excerpt(source)}`,
});

function asArgument(spec: ParameterSpec, source: unknown): ArgumentValue | undefined {
  const isJson = spec.type === 'json' || spec.type === 'documentParameters';
  if (isJson && typeof source === 'object' && source !== null) return JSON.stringify(source);
  if (Array.isArray(source)) return source.every((item) => typeof item === 'string') ? source : undefined;
  return typeof source === 'object' || source === undefined ? undefined : (source as ArgumentValue);
}

function checkName(
  name: string,
  names: NamesInScope,
  spec: ParameterSpec,
  given: ArgumentValue,
): Refused | undefined {
  if (spec.isLiteral)
    return { code: 'placeholder_refused', message: 'only its author may say this, write it out without ${}' };
  if (name.startsWith('before.')) return checkBefore(names, given);
  const known = [...INCIDENT_NAMES, ...names.parameters];
  if (known.includes(name)) return undefined;
  const near = nearest(name, known);
  const next =
    near === undefined
      ? `declare it in spec.parameters, or use one of ${known.join(', ')}`
      : `did you mean ${near}?`;
  return {
    code: 'unknown_placeholder',
    message: `\${${name}} is neither of the incident nor a parameter, ${next}`,
  };
}

function checkBefore({ isRollback }: NamesInScope, given: ArgumentValue): Refused | undefined {
  const code = 'placeholder_refused';
  if (!isRollback) return { code, message: 'only a rollback knows the state before, use it there' };
  if (typeof given === 'string' && beforeFact(given)) return undefined;
  return { code, message: 'a fact of the state before is a whole value, let it stand alone' };
}

function checkTemplate(
  spec: ParameterSpec,
  given: ArgumentValue,
): { readonly value: ArgumentValue } | Refused {
  const { escape, expected } = argumentType(spec.type);
  const code = 'placeholder_refused';
  const isWhole = typeof given === 'string' && parseTemplate(given)?.length === 1;
  if (!escape && !isWhole) return { code, message: `expected ${expected}, let the placeholder stand alone` };
  if (spec.type === 'url' && !/^https?:\/\/[^/${}]+\//.test(String(given)))
    return { code, message: 'an incident must not choose the host, write scheme://host/ out' };
  const isJson = spec.type === 'json' || spec.type === 'documentParameters';
  if (isJson && argumentType(spec.type).accept(given) === undefined)
    return { code, message: 'a placeholder stands inside a text of the section, quote it' };
  return { value: given };
}

function checkSet(name: string, spec: ActionSpec, source: SourceArguments): readonly Fault[] {
  const isGiven = (key: string): boolean => Object.hasOwn(source, key);
  const given = Object.entries(spec.parameters).filter(([key]) => isGiven(key));
  const missing = Object.entries(spec.parameters)
    .filter(([key, { required }]) => required && !isGiven(key))
    .map(([key, { description }]) =>
      fault('missing_argument', `${name} needs ${key} (${description.replace(/\.$/, '')}), add it`),
    );
  const needs = given.flatMap(([key, parameter]) =>
    (parameter.needs ?? [])
      .filter((needed) => !isGiven(needed))
      .map((needed) => fault('missing_argument', `${key} says nothing without ${needed}, add it`)),
  );
  const choices = (spec.choices ?? []).flatMap(({ of, isNeeded }) => {
    const count = of.filter(isGiven).length;
    if (count === 1 || (count === 0 && !isNeeded)) return [];
    const what = count === 0 ? 'none is given, add one' : `${count} are given, keep one`;
    return [fault('argument_choice', `${name} takes one of ${of.join(', ')}, ${what}`)];
  });
  return [...missing, ...needs, ...choices];
}

const fault = (code: string, message: string): Fault => ({ path: ['with'], code, message });

function unknownAction(name: string): Fault {
  const near = nearest(name, actionNames());
  const next = near === undefined ? `use one of ${listed(actionNames())}` : `did you mean ${near}?`;
  return { path: ['action'], code: 'unknown_action', message: `unknown action ${name}, ${next}` };
}

function unknownParameter(name: string, spec: ActionSpec, key: string): Refused {
  const known = Object.keys(spec.parameters);
  const near = nearest(key, known);
  const next = near === undefined ? `it takes ${known.join(', ')}` : `did you mean ${near}?`;
  return { code: 'unknown_argument', message: `${name} has no parameter of that name, ${next}` };
}
