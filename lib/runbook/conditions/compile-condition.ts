import { type CelInput, plan } from '@bufbuild/cel';
import { bindFacts, type ConditionFacts } from './bind-facts.ts';
import { checkTypes } from './check-types.ts';
import { badType, ConditionFault } from './condition-fault.ts';
import { conditionEnvironment } from './environment.ts';
import { type Scope, type ScopeName, scopes } from './fact-catalogue.ts';
import { KIND_WORDS } from './fact-types.ts';
import { foldCondition } from './fold-condition.ts';
import { parseCondition } from './parse-condition.ts';
import { factName, factsOf, type Term } from './term.ts';

export interface Condition {
  readonly text: string;
  /** What every set of facts comes to, where that can be told without any. */
  readonly constant: boolean | undefined;
  /** What it looks up, each as a path: dependencies, payments, down. */
  readonly facts: readonly (readonly string[])[];
  judge(facts: ConditionFacts): Judgement;
}

/** Three-valued: what cannot be answered is neither true nor false. */
export type Judgement =
  | { readonly holds: true }
  | { readonly holds: false }
  | { readonly holds: 'unknown'; readonly why: string };

export type CompiledCondition =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** An expression of a runbook, checked against the facts that can be had where it stands. Never throws. */
export function compileCondition(text: string, scopeName: ScopeName): CompiledCondition {
  const key = `${scopeName} ${text}`;
  const known = compiled.get(key);
  if (known) return known;
  const result = compile(text, scopeName);
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  if (key.length <= MAX_KEY) compiled.set(key, result);
  return result;
}

/** Loading, linting and judging meet the same few texts again and again. */
const compiled = new Map<string, CompiledCondition>();
const MAX_COMPILED = 1_000;
const MAX_KEY = 1_100;

function compile(text: string, scopeName: ScopeName): CompiledCondition {
  try {
    const scope: Scope = scopes[scopeName];
    const expr = parseCondition(text);
    const term = checkTypes(expr, scope);
    if (term.type.kind !== 'bool')
      throw badType(`this is ${KIND_WORDS[term.type.kind]}, a condition is true or false, compare it`);
    const evaluate = plan(conditionEnvironment, expr);
    const judge = (facts: ConditionFacts): Judgement => judgeWith(evaluate, term, bindFacts(facts, scope));
    return { ok: true, condition: { text, constant: foldCondition(term), facts: factsOf(term), judge } };
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

type Bindings = Record<string, CelInput>;

/** Errors come back as values, and values are truthy: only `true` itself is true. */
function judgeWith(evaluate: (bindings: Bindings) => unknown, term: Term, bindings: Bindings): Judgement {
  const result = evaluate(bindings);
  if (result === true) return { holds: true };
  if (result === false) return { holds: false };
  const missing = factsOf(term).filter((path) => !isBound(path, bindings));
  const names = [...new Set(missing.map(factName))];
  const why = names.length > 0 ? `${names.join(', ')} not known` : 'it cannot be calculated';
  return { holds: 'unknown', why };
}

function isBound(path: readonly string[], bindings: Bindings): boolean {
  const found = path.reduce<unknown>((value, key, index) => {
    if (index === 0) return Object.hasOwn(bindings, key) ? bindings[key] : undefined;
    return value instanceof Map ? (value.get(key) as unknown) : undefined;
  }, undefined);
  return found !== undefined;
}
