import { z } from 'zod';
import { formsOf } from '#lib/config/schema-nodes.ts';
import { preCheck, outcomeCheck } from './schema/verification.ts';
import { parameter, type ParameterSource } from './schema/parameters.ts';
import { singleAction, step } from './schema/steps.ts';

/** A part of a runbook that has the right shape, with its place in the list that it is of. */
export interface Salvaged<T> {
  readonly index: number;
  readonly item: T;
}

/** What of a spec can be looked at closer, whatever else is wrong with it: so that all errors come at once. */
export interface SpecParts {
  readonly parameterNames: readonly string[];
  readonly parameters: readonly (readonly [string, ParameterSource])[];
  readonly preChecks: readonly Salvaged<z.infer<typeof preCheck>>[];
  readonly action: z.infer<typeof singleAction> | undefined;
  readonly steps: readonly Salvaged<z.infer<typeof step>>[];
  readonly outcomeChecks: readonly Salvaged<z.infer<typeof outcomeCheck>>[];
  readonly has: (field: string) => boolean;
  /** Whether there is a spec at all. */
  readonly isThere: boolean;
}

export function salvageSpec(source: unknown): SpecParts {
  const spec = sectionOf(source);
  const parameters = Object.entries(sectionOf(spec['parameters']));
  const [action] = salvageList(singleAction, [spec['action']]);
  return {
    parameterNames: parameters.map(([name]) => name),
    parameters: parameters.flatMap(([name, given]) =>
      salvageList(parameter, [given]).map(({ item }) => [name, item] as const),
    ),
    preChecks: salvageList(preCheck, spec['preChecks']),
    action: action?.item,
    steps: salvageList(step, spec['steps']),
    outcomeChecks: salvageList(outcomeCheck, sectionOf(spec['verification'])['checks']),
    has: (field) => spec[field] !== undefined,
    isThere: Object.keys(spec).length > 0,
  };
}

function salvageList<T extends z.ZodType>(schema: T, source: unknown): readonly Salvaged<z.infer<T>>[] {
  if (!Array.isArray(source)) return [];
  return source.flatMap((given: unknown, index) => {
    const parsed = schema.safeParse(given);
    const item = parsed.success ? parsed.data : salvageFields(schema, given);
    return item === undefined ? [] : [{ index, item }];
  });
}

/** Of a section that is wrong in some fields: the others, with defaults for those. */
function salvageFields<T extends z.ZodType>(schema: T, given: unknown): z.infer<T> | undefined {
  const shape = formsOf(schema)
    .map(({ def }) => (def as { shape?: z.ZodRawShape }).shape)
    .find((found) => found !== undefined);
  if (!shape || typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const fields = Object.entries(shape).map(([key, field]) => {
    const parsed = z.safeParse(field, (given as Record<string, unknown>)[key]);
    const fallback = z.safeParse(field, undefined);
    // Only texts have no default; what is missing is told elsewhere.
    return [key, parsed.success ? parsed.data : fallback.success ? fallback.data : ''] as const;
  });
  return Object.fromEntries(fields) as z.infer<T>;
}

function sectionOf(value: unknown): Readonly<Record<string, unknown>> {
  const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isSection ? (value as Record<string, unknown>) : {};
}
