import { writeFileSync } from 'node:fs';
import { runbookJsonSchema } from '#lib/runbook/schema/json-schema.ts';
import { eventsPage } from './events-page.ts';

const write = (name: string, text: string): void =>
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);

write('events.md', eventsPage());
write('runbook-schema.json', JSON.stringify(runbookJsonSchema(), null, 2));
