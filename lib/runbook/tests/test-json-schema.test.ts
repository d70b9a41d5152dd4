import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runbookTestJsonSchema } from './test-json-schema.ts';

const file = new URL('../../../docs/runbook-test-schema.json', import.meta.url);

it('is the schema that editors get', () => {
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(runbookTestJsonSchema())));
});
