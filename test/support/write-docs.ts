import { writeFileSync } from 'node:fs';
import { runbookJsonSchema } from '#lib/runbook/schema/json-schema.ts';
import { runbookTestJsonSchema } from '#lib/runbook/tests/test-json-schema.ts';
import { eventsPage } from './events-page.ts';
import { runbookReference } from './runbook-reference.ts';

const write = (name: string, text: string): void =>
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

write('events.md', eventsPage());
write('runbook-reference.md', runbookReference());
write('runbook-schema.json', json(runbookJsonSchema()));
write('runbook-test-schema.json', json(runbookTestJsonSchema()));
