import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givenParameters } from './given-parameters.ts';
import type { Parameter } from './runbook.ts';

const parameter = (change: Partial<Parameter> = {}): Parameter => ({
  type: 'string',
  required: false,
  default: undefined,
  allowedValues: undefined,
  pattern: undefined,
  description: '',
  ...change,
});
const runbook = {
  name: 'deploy',
  parameters: {
    environment: parameter({
      required: true,
      allowedValues: ['staging', 'production'],
      description: 'Where to.',
    }),
    addReplicas: parameter({ type: 'integer', default: 1, required: true }),
    version: parameter({ pattern: 'v[0-9]+' }),
    fast: parameter({ type: 'boolean' }),
  },
};
const given = (values: Record<string, string>) => givenParameters(runbook, values);

it('gives each in the type of its parameter', () => {
  expect(given({ environment: 'staging', addReplicas: '2', version: 'v12', fast: 'true' })).toEqual({
    ok: true,
    values: { environment: 'staging', addReplicas: 2, version: 'v12', fast: true },
  });
});

it('leaves defaults to the plan', () => {
  expect(given({ environment: 'staging' })).toEqual({ ok: true, values: { environment: 'staging' } });
});

describe('names the parameter and what mends it', () => {
  it.each([
    [
      {},
      'PARAMETER_MISSING',
      'parameter environment is missing: Where to.',
      '-p environment=staging|production',
    ],
    [
      { environment: 'prod' },
      'PARAMETER_UNFIT',
      'parameter environment is not one of staging, production, got "prod"',
      '-p environment=staging|production',
    ],
    [
      { environment: 'staging', enviroment: 'x' },
      'PARAMETER_UNKNOWN',
      'deploy has no parameter "enviroment": it takes environment, addReplicas, version, fast',
      'did you mean environment?',
    ],
    [
      { environment: 'staging', addReplicas: 'two' },
      'PARAMETER_UNFIT',
      'parameter addReplicas is not a whole number, got "two"',
      '-p addReplicas=1',
    ],
    [
      { environment: 'staging', version: 'v1 ' },
      'PARAMETER_UNFIT',
      'does not match v[0-9]+',
      '-p version=<v[0-9]+>',
    ],
    [{ environment: 'staging', version: '' }, 'PARAMETER_UNFIT', 'is empty', '-p version='],
    [
      { environment: 'staging', version: 'v1${SERVICE}' },
      'PARAMETER_UNFIT',
      'holds a placeholder',
      '-p version=',
    ],
    [
      { environment: 'staging', constructor: 'x' },
      'PARAMETER_UNKNOWN',
      'no parameter "constructor"',
      'belay',
    ],
  ])('%j', (values, code, why, next) => {
    expect(given(values)).toEqual({
      ok: false,
      fault: {
        code,
        name: expect.any(String),
        why: expect.stringContaining(why),
        next: expect.stringContaining(next),
      },
    });
  });
});

it('takes nothing that no parameter allows, whatever is typed', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }), (values) => {
      const result = given({ environment: 'staging', ...values });
      if (!result.ok) return;
      expect(Object.keys(result.values).every((name) => Object.hasOwn(runbook.parameters, name))).toBe(true);
      expect(Object.values(result.values).join()).not.toContain('${');
    }),
  );
});
