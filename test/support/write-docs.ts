import { writeFileSync } from 'node:fs';
import { runbookJsonSchema } from '#lib/runbook/schema/json-schema.ts';
import { eventsPage } from './events-page.ts';
import { runbookReference } from './runbook-reference.ts';

const write = (name: string, text: string): void =>
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);

write('events.md', eventsPage());
write('runbook-reference.md', runbookReference());
write('runbook-schema.json', JSON.stringify(runbookJsonSchema(), null, 2));
