import { z } from 'zod';
import { actionNames, actionSpec } from '../action-catalogue.ts';
import type { ActionSpec, ParameterSpec } from '../catalogue/action-spec.ts';
import { outcomeCheckNames, preCheckNames } from '../named-checks.ts';
import { runbookFile } from './runbook-file.ts';
import { action, singleAction, step, stepRollback } from './steps.ts';
import { namedCheck, namedPreCheck } from './verification.ts';

type JsonSchema = Record<string, unknown>;

/** The schema that editors complete from and check against: the shape of the file, and the catalogue of actions. */
export function runbookJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(runbookFile, { io: 'input', override: refine }) as JsonSchema;
  const { $schema, $defs, ...rest } = schema;
  const definitions = {
    ...($defs as JsonSchema),
    actionArguments: { allOf: actionNames().map(argumentsOf) },
  };
  return { $schema, title: 'RemediationRunbook', ...rest, $defs: definitions };
}

function refine({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: JsonSchema }): void {
  // Notes of the author's own are welcome in each section.
  if (jsonSchema['type'] === 'object' && jsonSchema['additionalProperties'] === false)
    jsonSchema['patternProperties'] = { '^x-': {} };
  if (ACTION_SCHEMAS.has(zodSchema)) jsonSchema['$ref'] = '#/$defs/actionArguments';
  const choices = CHOICES.get(zodSchema);
  if (choices) jsonSchema['oneOf'] = choices;
}

const ACTION_SCHEMAS = new Set<z.core.$ZodType>([step, singleAction, stepRollback]);

const describedChoices = (names: Readonly<Record<string, string>>): JsonSchema[] =>
  Object.entries(names).map(([name, description]) => ({ const: name, description }));

const CHOICES = new Map<z.core.$ZodType, JsonSchema[]>([
  [
    action,
    describedChoices(
      Object.fromEntries(actionNames().map((name) => [name, actionSpec(name)?.summary ?? ''])),
    ),
  ],
  [namedPreCheck, describedChoices(preCheckNames)],
  [namedCheck, describedChoices(outcomeCheckNames)],
]);

function argumentsOf(name: string): JsonSchema {
  const spec = actionSpec(name);
  return {
    if: { properties: { action: { const: name } }, required: ['action'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { properties: { with: spec ? withOf(spec) : {} } },
  };
}

function withOf({ parameters }: ActionSpec): JsonSchema {
  const entries = Object.entries(parameters);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, parameter]) => [name, valueOf(parameter)])),
    required: entries.filter(([, { required }]) => required).map(([name]) => name),
    additionalProperties: false,
  };
}

const PLACEHOLDER = { type: 'string', pattern: '\\$\\{[^{}]+\\}' };

function valueOf(parameter: ParameterSpec): JsonSchema {
  const { description, isLiteral } = parameter;
  const literal = literalOf(parameter);
  return isLiteral ? { description, ...literal } : { description, anyOf: [literal, PLACEHOLDER] };
}

function literalOf({ type, minimum, maximum, allowedValues }: ParameterSpec): JsonSchema {
  const limits = { ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) };
  switch (type) {
    case 'integer':
    case 'number':
      return { type, ...limits };
    case 'boolean':
      return { type };
    case 'json':
    case 'documentParameters':
      return { type: ['object', 'array', 'string'] };
    case 'textList':
    case 'awsNameList':
    case 'argv':
    case 'pathList':
      return { type: 'array', items: { type: 'string' } };
    default:
      return { type: 'string', ...(allowedValues && { enum: allowedValues }) };
  }
}
