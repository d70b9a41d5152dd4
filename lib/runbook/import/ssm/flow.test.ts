import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileCondition } from '../../conditions/compile-condition.ts';
import { Notes } from '../notes.ts';
import { Section } from '../section.ts';
import { readSteps } from './automation-step.ts';
import { flowOf } from './flow.ts';
import { toCondition } from './reach.ts';

type Fields = Readonly<Record<string, unknown>>;

const LIMITS = [2, 4, 6];
const facts = new Map([['read.Count', 'live.desiredCount']]);
const choice = (to: number, limit: number): Fields => ({
  NextStep: `s${to}`,
  Variable: '{{ read.Count }}',
  NumericLesser: limit,
});

/** Steps that jump forward, some on a question. */
const steps = fc.integer({ min: 1, max: 8 }).chain((count) =>
  fc.tuple(
    ...Array.from({ length: count }, (_, index): fc.Arbitrary<Fields> => {
      if (index === count - 1) return fc.constant({ action: 'aws:sleep' });
      const later = fc.integer({ min: index + 1, max: count - 1 });
      return fc.oneof(
        fc.constant<Fields>({ action: 'aws:sleep' }),
        fc.constant<Fields>({ action: 'aws:sleep', isEnd: true }),
        later.map((to): Fields => ({ action: 'aws:sleep', nextStep: `s${to}` })),
        fc
          .tuple(
            fc.array(fc.tuple(later, fc.constantFrom(...LIMITS)), { minLength: 1, maxLength: 2 }),
            fc.option(later, { nil: undefined }),
          )
          .map(
            ([choices, fallback]): Fields => ({
              action: 'aws:branch',
              inputs: {
                Choices: choices.map(([to, limit]) => choice(to, limit)),
                ...(fallback !== undefined && { Default: `s${fallback}` }),
              },
            }),
          ),
      );
    }),
  ),
);

/** As Systems Manager would walk through them. */
function walk(given: readonly Fields[], count: number): readonly number[] {
  const visited: number[] = [];
  for (let at: number | undefined = 0; at !== undefined && at < given.length; at = nextOf(given, at, count))
    visited.push(at);
  return visited;
}

function nextOf(given: readonly Fields[], at: number, count: number): number | undefined {
  const { isEnd, nextStep, inputs } = given[at] as { isEnd?: true; nextStep?: string; inputs?: Fields };
  if (isEnd) return undefined;
  const { Choices: choices = [], Default: fallback } = (inputs ?? {}) as {
    Choices?: readonly { NextStep: string; NumericLesser: number }[];
    Default?: string;
  };
  const taken = choices.find(({ NumericLesser: limit }) => count < limit)?.NextStep ?? fallback ?? nextStep;
  return taken === undefined ? at + 1 : Number(taken.slice(1));
}

it('takes the steps that Systems Manager would take, whatever is found', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(1, 3, 5, 7), (given, count) => {
      const notes = new Notes('f', () => ({ line: 1, column: 1 }));
      const mainSteps = given.map((step, index) => ({ name: `s${index}`, ...step }));
      const flows = flowOf(readSteps(new Section({ mainSteps }, [], notes)), facts);
      const visited = flows.flatMap(({ reach, broken }, index) => {
        expect(broken).toBeUndefined();
        if (reach.length === 0) return [];
        const condition = toCondition(reach);
        if (condition === '') return [index];
        const compiled = compileCondition(condition, 'live');
        if (!compiled.ok) throw new Error(`${condition}: ${compiled.message}`);
        return compiled.condition.judge({ live: { desiredCount: count } }).holds === true ? [index] : [];
      });
      expect(visited).toEqual(walk(given, count));
    }),
    { numRuns: 300 },
  );
});
