import { stringify } from 'yaml';
import { redactText } from '#lib/logger/redact-text.ts';

/** A configuration as YAML for people to read: secrets print as `[redacted]`, by type and by their look. */
export function describeConfig(config: unknown): string {
  return redactText(stringify(JSON.parse(JSON.stringify(config))));
}
