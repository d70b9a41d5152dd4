import type { Command } from 'commander';
import { parseDuration } from '../frame/duration.ts';
import { usageError } from '../frame/usage-error.ts';

/** When something ends: at a time, or after a while. */
export type End = { readonly at: Date } | { readonly afterMs: number };

export function addUntilOptions(command: Command): Command {
  return command
    .option('--until <time>', 'when it ends, as 2026-03-03T06:00:00Z; 30 days ahead at the most')
    .option('--for <duration>', 'or how long it lasts: 30m, 2h, 7d');
}

export function parseEnd(options: Readonly<Record<string, unknown>>, help: string): End {
  const [until, lasting] = [options['until'], options['for']] as (string | undefined)[];
  if ((until === undefined) === (lasting === undefined)) {
    throw usageError('it has to end: --until or --for, one of them', { help });
  }
  return until === undefined ? parseFor(lasting ?? '', help) : parseUntil(until, help);
}

export const endOf = (end: End, now: Date): Date =>
  'at' in end ? end.at : new Date(now.getTime() + end.afterMs);

function parseFor(text: string, help: string): End {
  const afterMs = parseDuration(text);
  if (afterMs) return { afterMs };
  throw usageError(`--for ${text} is no duration`, { next: 'As in 30m, 2h or 7d.', help });
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Whoever leaves the zone out means another one than the reader. */
function parseUntil(text: string, help: string): End {
  const [, year, month, day] = TIME.exec(text) ?? [];
  const at = new Date(text);
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  if (isDay && !Number.isNaN(at.getTime())) return { at };
  const next = 'In RFC 3339, with its zone, as 2026-03-03T06:00:00Z or 2026-03-03T07:00:00+01:00.';
  throw usageError(`--until ${text} is no time`, { next, help });
}
