import { readFileSync } from 'node:fs';

/** The end of a log with its path, for the message of an error. */
export function logTail(file: string, lines = 30): string {
  const end = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines);
  return [`--- ${file}`, ...end].join('\n');
}
