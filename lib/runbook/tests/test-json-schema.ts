import { z } from 'zod';
import { runbookTestFile, TEST_KIND } from './test-file.ts';

type JsonSchema = Record<string, unknown>;

/** The schema that editors complete tests from and check them against. */
export function runbookTestJsonSchema(): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(runbookTestFile, { io: 'input', override: welcomeNotes });
  return { $schema, title: TEST_KIND, ...rest };
}

/** Notes of the author's own, in each section. */
function welcomeNotes({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema['type'] === 'object' && jsonSchema['additionalProperties'] === false)
    jsonSchema['patternProperties'] = { '^x-': {} };
}
