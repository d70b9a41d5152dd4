import { isRecord } from '../section.ts';
import type { AutomationStep } from './automation-step.ts';
import { choiceCondition, type OutputFacts } from './choices.ts';
import { ALWAYS, either, given, NEVER, type Reach } from './reach.ts';

export interface StepFlow {
  readonly reach: Reach;
  /** Why what follows this step cannot be said; it then stays where it is, for a person. */
  readonly broken: string | undefined;
}

/**
 * When each step is reached, from the jumps of those before it. The format runs its steps in order and skips
 * some, so only jumps forward can be said.
 */
export function flowOf(steps: readonly AutomationStep[], facts: OutputFacts): readonly StepFlow[] {
  const reaches: Reach[] = steps.map((_, index) => (index === 0 ? ALWAYS : NEVER));
  const places = new Map(steps.map(({ name }, index) => [name, index]));
  const conditions = new Set<string>();
  return steps.map((step, index) => {
    const reach = reaches[index] ?? NEVER;
    const exits = exitsOf(step, { reach, facts, index, places, conditions });
    if ('why' in exits) {
      add(reaches, index + 1, reach);
      return { reach, broken: exits.why };
    }
    for (const { to, when } of exits.exits) add(reaches, to, when);
    return { reach, broken: undefined };
  });
}

interface Exit {
  readonly to: number;
  readonly when: Reach;
}

type Exits = { readonly exits: readonly Exit[] } | { readonly why: string };

interface Position {
  readonly reach: Reach;
  readonly facts: OutputFacts;
  readonly index: number;
  readonly places: ReadonlyMap<string, number>;
  /** Of all branches so far. */
  readonly conditions: Set<string>;
}

/** Their combinations double with each; nobody would follow more in a `when`. */
const MAX_CONDITIONS = 4;

function add(reaches: Reach[], to: number, when: Reach): void {
  const there = reaches[to];
  if (there) reaches[to] = either(there, when);
}

function exitsOf(step: AutomationStep, position: Position): Exits {
  const { source, role, inputs } = step;
  const isEnd = source.boolean('isEnd') === true;
  const next = source.text('nextStep');
  if (role === 'branches')
    return branchExits(inputs?.take('Choices'), inputs?.text('Default'), isEnd, position);
  if (isEnd) return { exits: [] };
  const to = next === undefined ? position.index + 1 : target(next, position);
  return typeof to === 'number' ? { exits: [{ to, when: position.reach }] } : to;
}

function branchExits(
  choices: unknown,
  fallback: string | undefined,
  isEnd: boolean,
  position: Position,
): Exits {
  const exits: Exit[] = [];
  let rest = position.reach;
  for (const choice of Array.isArray(choices) ? (choices as readonly unknown[]) : [{}]) {
    if (!isRecord(choice)) return { why: 'a choice is no section' };
    const condition = choiceCondition(choice, position.facts);
    const to = target(String(choice['NextStep']), position);
    if ('why' in condition) return condition;
    if (typeof to !== 'number') return to;
    if (position.conditions.add(condition.condition).size > MAX_CONDITIONS)
      return { why: `the branches ask more than ${MAX_CONDITIONS} questions` };
    exits.push({ to, when: given(rest, condition.condition, true) });
    rest = given(rest, condition.condition, false);
  }
  const to = fallback === undefined ? position.index + 1 : target(fallback, position);
  if (typeof to !== 'number') return to;
  return { exits: isEnd && fallback === undefined ? exits : [...exits, { to, when: rest }] };
}

function target(name: string, { places, index }: Position): number | { readonly why: string } {
  const to = places.get(name);
  if (to === undefined) return { why: `it goes on with ${name}, which is not there` };
  return to > index ? to : { why: `it goes back to ${name}, and the format has no loops` };
}
