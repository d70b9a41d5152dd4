import { nextRun } from '../next-run.ts';

/** No macros, and no ? which stands for the moment at which it is read. */
const FIELDS = /^[\w*,/#-]{1,100}( +[\w*,/#-]{1,100}){4}$/;
const LONG_AGO = new Date('2024-01-01T00:00:00Z');

/** Five fields as the engine that plans by them reads them, and a time that comes: not 30 February. */
export function isCron(text: string): boolean {
  if (!FIELDS.test(text)) return false;
  try {
    return nextRun({ cron: text, timeZone: 'UTC' }, LONG_AGO) !== undefined;
  } catch {
    return false;
  }
}
