import { parseDuration } from './duration.ts';
import { usageError } from './usage-error.ts';

/** How far back `--since` says. Undefined where it was not given. */
export function sinceOption(text: string | undefined, help: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  const next = 'As in 30m, 24h or 7d, and 3650d at the most.';
  throw usageError(`--since ${text} is no duration`, { next, help });
}
