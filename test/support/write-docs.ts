import { writeFileSync } from 'node:fs';
import { runbookTestJsonSchema } from '#lib/runbook/tests/test-json-schema.ts';
import { eventsPage } from './events-page.ts';

writeFileSync(new URL('../../docs/events.md', import.meta.url), eventsPage());

const testSchema = `${JSON.stringify(runbookTestJsonSchema(), null, 2)}\n`;
writeFileSync(new URL('../../docs/runbook-test-schema.json', import.meta.url), testSchema);
