import { listed, nearest } from '../nearest.ts';
import { badType, ConditionFault, notSupported } from './condition-fault.ts';
import { checkCall } from './check-call.ts';
import type { Scope } from './fact-catalogue.ts';
import { BOOL, type FactType, INT, KIND_WORDS, NUMBER, TEXT } from './fact-types.ts';
import type { Expr } from './parse-condition.ts';
import { factName, type Term } from './term.ts';

const MAX_PARTS = 200;
const MAX_LIST = 100;
const MAX_TEXT = 500;

/** The expression with the type of each part, or a thrown ConditionFault. */
export function checkTypes(expr: Expr, scope: Scope): Term {
  let parts = 0;
  const check = (part: Expr | undefined): Term => {
    parts += 1;
    if (parts > MAX_PARTS) throw new ConditionFault('too_complex', 'has too many parts, split it in two');
    if (!part) throw new ConditionFault('bad_expression', 'a part is missing, complete it');
    const { exprKind } = part;
    switch (exprKind.case) {
      case 'constExpr':
        return constant(exprKind.value);
      case 'identExpr':
        return variable(exprKind.value.name, scope);
      case 'selectExpr':
        if (exprKind.value.testOnly)
          throw notSupported('has()', 'a missing fact is never true, leave it out');
        return field(check(exprKind.value.operand), exprKind.value.field);
      case 'listExpr':
        return list(exprKind.value.elements.slice(0, MAX_LIST + 1).map(check));
      case 'callExpr': {
        const { function: name, target, args } = exprKind.value;
        return checkCall(name, (target ? [target, ...args] : args).map(check));
      }
      case 'comprehensionExpr':
        throw notSupported('a loop over a list', 'use in');
      default:
        throw notSupported('a map or message', 'use facts, texts, numbers and lists');
    }
  };
  return check(expr);
}

type ConstantExpr = Extract<Expr['exprKind'], { case: 'constExpr' }>['value'];

function constant({ constantKind }: ConstantExpr): Term {
  switch (constantKind.case) {
    case 'boolValue':
      return { kind: 'value', type: BOOL, value: constantKind.value };
    case 'doubleValue':
      if (!Number.isFinite(constantKind.value)) throw badType('a number is too large, write a smaller one');
      return { kind: 'value', type: NUMBER, value: constantKind.value };
    case 'int64Value':
      return { kind: 'value', type: INT, value: wholeNumber(constantKind.value) };
    case 'stringValue':
      if (constantKind.value.length > MAX_TEXT)
        throw new ConditionFault(
          'too_complex',
          `holds a text of more than ${MAX_TEXT} characters, shorten it`,
        );
      return { kind: 'value', type: TEXT, value: constantKind.value };
    default:
      throw notSupported('null, bytes or an unsigned number', 'use true, false, a number or a text');
  }
}

function wholeNumber(value: bigint): number {
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
    throw badType('a whole number is too large, write a smaller one');
  return Number(value);
}

function variable(name: string, scope: Scope): Term {
  const type = Object.hasOwn(scope, name) ? scope[name] : undefined;
  if (type) return { kind: 'fact', type, path: [name] };
  throw unknown(name, Object.keys(scope), 'here are');
}

function field(operand: Term, name: string): Term {
  const { type } = operand;
  if (operand.kind !== 'fact' || (type.kind !== 'section' && type.kind !== 'map'))
    throw badType(`.${name} is asked of ${KIND_WORDS[type.kind]}, only groups of facts have fields`);
  const path = [...operand.path, name];
  if (type.kind === 'map') return { kind: 'fact', type: type.of, path };
  const found = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
  if (found) return { kind: 'fact', type: found, path };
  throw unknown(
    factName(path),
    Object.keys(type.fields).map((key) => factName([...operand.path, key])),
    'known are',
  );
}

function unknown(name: string, known: readonly string[], list: string): ConditionFault {
  const near = nearest(name, known);
  const next = near === undefined ? `${list} ${listed(known)}` : `did you mean ${near}?`;
  return new ConditionFault('unknown_fact', `${name} is no fact, ${next}`);
}

function list(elements: readonly Term[]): Term {
  if (elements.length > MAX_LIST)
    throw new ConditionFault('too_complex', `holds a list of more than ${MAX_LIST} entries, shorten it`);
  const of: FactType = elements[0]?.type ?? TEXT;
  const odd = elements.find((element) => element.type.kind !== of.kind);
  if (odd) throw badType(`a list mixes ${KIND_WORDS[of.kind]} and ${KIND_WORDS[odd.type.kind]}, keep to one`);
  return { kind: 'call', type: { kind: 'list', of }, name: 'list', args: elements };
}
