import { z } from 'zod';
import { listOf, longText } from './rules.ts';

const plain = z.union([z.string().max(1_024), z.number(), z.boolean()], {
  error: 'is not a text, a number, true or false',
});

const parameterName = z
  .string()
  .regex(
    /^[a-z][A-Za-z0-9_]{0,62}$/,
    'is not a parameter name: a lower-case letter, then letters, digits and _',
  );

export const parameter = z.strictObject({
  type: z.enum(['string', 'integer', 'number', 'boolean']).default('string').describe('What its value is.'),
  required: z.boolean().default(false).describe('Whoever runs it by hand has to give it.'),
  default: plain.optional().describe('Its value where nothing else gives one.'),
  allowedValues: z.array(plain).min(1, 'is empty').max(100).optional().describe('It is one of these.'),
  pattern: z
    .string()
    .max(200, 'is longer than 200 characters')
    .optional()
    .describe('The whole value matches it.'),
  description: longText.default('').describe('For who gives it by hand.'),
});

export const parameters = z
  .record(parameterName, parameter)
  .default({})
  .describe('Looked up in the incident context, or given by hand; used as ${name}.');

export const prerequisites = listOf(longText.min(1, 'is empty'))
  .default([])
  .describe('What people make sure of first.');

export type ParameterSource = z.infer<typeof parameter>;
