import { z } from 'zod';
import { scopes } from '../conditions/fact-catalogue.ts';
import type { FactType } from '../conditions/fact-types.ts';
import { wholeNumber } from '../schema/rules.ts';

export type TestFact = string | number | boolean | Readonly<Record<string, string>>;
type Facts = Readonly<Record<string, TestFact | undefined>>;

const { live } = scopes.live;
const FACT_TYPES: Readonly<Record<string, FactType>> = live.kind === 'section' ? live.fields : {};

/** What the target shows before the action: facts of conditions, and what executors look at besides. */
export const liveFacts = z
  .strictObject({
    ...factFields(),
    exists: z.boolean().optional().describe('Whether the reported pod is there [true].'),
    ready: z.boolean().optional().describe('Whether the reported pod is Ready [false].'),
    terminating: z.boolean().optional().describe('Whether it is being deleted already [false].'),
    restarts: wholeNumber(0, 1_000_000).optional().describe('Of its containers [0].'),
    controller: z
      .enum(['deployment', 'statefulset', 'daemonset', 'replicaset', 'none'])
      .optional()
      .describe('What would replace the pod [deployment].'),
    after: z
      .strictObject({
        ...factFields(),
        seconds: wholeNumber(0, 86_400)
          .optional()
          .describe('When these facts show, counted from the end [5].'),
        unreadable: z
          .string()
          .min(1, 'is empty')
          .max(253)
          .optional()
          .describe('Why nobody can read the target.'),
      })
      .optional()
      .describe(
        'What it shows afterwards. A deleted pod has a Ready replacement unless this says otherwise.',
      ),
  })
  .describe('What the target shows.');

export interface AfterFacts {
  readonly facts: Facts;
  readonly seconds: number;
  readonly unreadable: string;
}

/** The facts of conditions alone. */
export function conditionFactsOf(given: Readonly<Record<string, unknown>>): Facts {
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(FACT_TYPES, name));
  return Object.fromEntries(known) as Facts;
}

export function afterFactsOf(live: z.infer<typeof liveFacts> | undefined): AfterFacts {
  const { seconds = 5, unreadable = '', ...facts } = live?.after ?? {};
  return { facts, seconds, unreadable };
}

function factFields(): Record<string, z.ZodOptional<z.ZodType<TestFact>>> {
  return Object.fromEntries(
    Object.entries(FACT_TYPES).map(([name, type]) => [name, schemaOf(type).optional()]),
  );
}

/** A type without a schema here would drop a fact that conditions know, so there is none. */
function schemaOf(type: FactType): z.ZodType<TestFact> {
  if (type.kind === 'bool') return z.boolean();
  if (type.kind === 'map') return z.record(z.string(), z.string());
  if (type.kind !== 'number') return z.string().max(4_096);
  const { minimum, maximum } = type;
  const number = minimum === undefined ? z.number() : z.number().min(minimum, `is less than ${minimum}`);
  return maximum === undefined ? number : number.max(maximum, `is more than ${maximum}`);
}
