import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { actionNames } from '../action-catalogue.ts';
import { runbookJsonSchema } from './json-schema.ts';

const file = new URL('../../../docs/runbook-schema.json', import.meta.url);

it('is the schema that editors get', () => {
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(runbookJsonSchema())));
});

it('completes every action and its arguments', () => {
  const { $defs } = runbookJsonSchema() as {
    $defs: { actionArguments: { allOf: { if: { properties: { action: { const: string } } } }[] } };
  };
  expect($defs.actionArguments.allOf.map((one) => one.if.properties.action.const)).toEqual(actionNames());
});
