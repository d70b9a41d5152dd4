import { nearest } from '../nearest.ts';
import { badType, ConditionFault } from './condition-fault.ts';
import { BOOL, INT, KIND_WORDS } from './fact-types.ts';
import { functionNames, functions, type Signature, spelling } from './functions.ts';
import { literalFault } from './literal-fault.ts';
import { factName, type Term } from './term.ts';

/** A call with the type of its result, if there is such a function for such arguments. */
export function checkCall(name: string, args: readonly Term[]): Term {
  if (name === '_[_]') return index(args);
  if (name === '_?_:_') return choice(args);
  if (name === '@in') return membership(args);
  const signatures = functions.get(name);
  if (!signatures) throw unknownFunction(name);
  const signature = signatures.find((candidate) => fits(candidate, args));
  if (!signature) throw badArguments(name, args);
  for (const position of signature.literal ?? []) checkLiteral(name, args[position]);
  return { kind: 'call', type: signature.result, name, args };
}

const fits = ({ args: kinds }: Signature, args: readonly Term[]): boolean =>
  kinds.length === args.length && kinds.every((kind, position) => args[position]?.type.kind === kind);

function checkLiteral(name: string, arg: Term | undefined): void {
  if (arg?.kind !== 'value')
    throw badType(`${spelling(name)} takes a text that is written out, quote it here`);
  const fault = literalFault(name, String(arg.value));
  if (fault !== undefined) throw badType(fault);
}

function index([operand, key]: readonly Term[]): Term {
  if (
    operand?.kind === 'fact' &&
    operand.type.kind === 'map' &&
    key?.kind === 'value' &&
    key.type.kind === 'text'
  )
    return { kind: 'fact', type: operand.type.of, path: [...operand.path, String(key.value)] };
  throw badType("[ ] looks a quoted key up in a map of facts, write it as incident.labels['tier']");
}

function choice([condition, yes, no]: readonly Term[]): Term {
  if (!condition || !yes || !no || condition.type.kind !== 'bool')
    throw badType(`? : chooses by a condition, this is ${KIND_WORDS[condition?.type.kind ?? 'section']}`);
  if (yes.type.kind !== no.type.kind)
    throw badType(
      `? : gives ${KIND_WORDS[yes.type.kind]} or ${KIND_WORDS[no.type.kind]}, make both the same`,
    );
  return {
    kind: 'call',
    type: { kind: yes.type.kind } as Term['type'],
    name: '_?_:_',
    args: [condition, yes, no],
  };
}

function membership(args: readonly Term[]): Term {
  const [item, container] = args;
  if (!item || !container) throw badType('in takes a value and a list');
  const { type } = container;
  const isFitting =
    (type.kind === 'list' && type.of.kind === item.type.kind) ||
    (type.kind === 'map' && item.type.kind === 'text');
  if (!isFitting)
    throw badType(`in looks for ${KIND_WORDS[item.type.kind]} in ${KIND_WORDS[type.kind]}, give it a list`);
  return { kind: 'call', type: BOOL, name: '@in', args };
}

function badArguments(name: string, args: readonly Term[]): ConditionFault {
  const kinds = args.map(({ type }) => type.kind);
  const numbers = kinds.every((kind) => kind === 'number' || kind === 'int');
  const whole = args.find((arg) => arg.kind === 'value' && arg.type.kind === INT.kind);
  if (numbers && kinds.includes('number') && whole?.kind === 'value')
    return badType(`${spelling(name)} mixes a number and a whole number, write ${String(whole.value)}.0`);
  if (numbers && kinds.includes('number'))
    return badType(`${spelling(name)} mixes a number and a whole number, use double()`);
  const given = args.map(described).join(' and ');
  return badType(`${spelling(name)} does not go with ${given}, ${wanted(name)}`);
}

function described(arg: Term): string {
  const words = KIND_WORDS[arg.type.kind];
  return arg.kind === 'fact' ? `${factName(arg.path)} (${words})` : words;
}

function wanted(name: string): string {
  if (COMPARISONS.has(name)) return 'compare two numbers, two texts or two times';
  const forms = (functions.get(name) ?? []).map(({ args }) =>
    args.map((kind) => KIND_WORDS[kind]).join(' and '),
  );
  return `it takes ${forms.join(', or ')}`;
}

const COMPARISONS = new Set(['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_']);

function unknownFunction(name: string): ConditionFault {
  const near = nearest(name, functionNames);
  const next = near === undefined ? `known are ${functionNames.join(', ')}` : `did you mean ${near}?`;
  return new ConditionFault('unknown_function', `${spelling(name)} is no function here, ${next}`);
}
