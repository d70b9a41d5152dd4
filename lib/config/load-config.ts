import type { z } from 'zod';
import { BelayError } from '#lib/errors.ts';
import { explainIssue } from './explain-issue.ts';
import { type Place, type Problem, pathKey, type Setting } from './layers.ts';
import { type Merged, mergeSettings } from './merge-settings.ts';
import { readEnv } from './read-env.ts';
import { readFlags } from './read-flags.ts';
import { readYaml } from './read-yaml.ts';
import { formsOf, type SchemaNode, schemaNodes } from './schema-nodes.ts';

export interface ConfigSources {
  readonly file?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Nested like the configuration. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

/**
 * The configuration of a process: flag over environment over file over default. Whoever got three things
 * wrong reads of all three at once, each with its place.
 */
export function loadConfig<T>(schema: z.ZodType<T>, sources: ConfigSources): T {
  const nodes = schemaNodes(schema);
  const nowhere: Place = { text: `${sources.file ?? 'config'}:`, rank: 0 };
  const file = sources.file === undefined ? undefined : readYaml(sources.file);
  const layers = [
    ...(file ? [file] : []),
    readEnv(sources.env ?? {}, nodes),
    readFlags(sources.flags ?? {}, nodes),
  ];
  const settings = layers.flatMap((layer) => layer.settings);
  const merged = mergeSettings([...requiredSections(nodes, nowhere), ...settings]);
  const problems = [...layers.flatMap((layer) => layer.problems), ...merged.problems];
  // What an unreadable file left out would only be reported as missing.
  if (file && file.problems.length > 0) throw refusal(problems);
  const parsed = schema.safeParse(merged.value);
  if (!parsed.success) problems.push(...invalidities(parsed.error.issues, schema, merged, nowhere));
  if (problems.length > 0) throw refusal(problems);
  return parsed.data as T;
}

/** Sections that must be there are there, if empty: so that what they lack is listed key by key. */
function requiredSections(nodes: ReadonlyMap<string, SchemaNode>, place: Place): Setting[] {
  const isRequired = ({ path, schemas }: SchemaNode): boolean =>
    path.length === 1 &&
    schemas.flatMap(formsOf).every((form) => form.def.type === 'object') &&
    schemas.every((schema) => !schema.safeParse(undefined).success);
  return [...nodes.values()].filter(isRequired).map(({ path }) => ({ path, value: {}, place }));
}

function invalidities(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  merged: Merged,
  nowhere: Place,
): Problem[] {
  const explanations = issues.flatMap((issue) => explainIssue(issue, schema, merged.value));
  return explanations.map(({ path, text }) => {
    const place = merged.placeOf(path) ?? nowhere;
    const isSpelt = path.length === 0 || place.spells === pathKey(path);
    return { place, text: isSpelt ? text : `${pathKey(path)}: ${text}` };
  });
}

function refusal(problems: readonly Problem[]): BelayError {
  const lines = problems
    .toSorted((a, b) => a.place.rank - b.place.rank)
    .map(({ place, text }) => `${place.text} ${text}`);
  const count = lines.length === 1 ? '1 problem' : `${lines.length} problems`;
  return new BelayError('invalid', [`the configuration has ${count}`, ...lines].join('\n  '), {
    code: 'BAD_CONFIG',
  });
}
