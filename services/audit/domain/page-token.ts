import { BelayError } from '#lib/errors.ts';
import { deriveId } from '#lib/ids.ts';
import type { Position } from './audited-event.ts';

/** Where the next page begins. Behind a place and not a number of rows, so that new events shift nothing. */
export interface PageStart {
  readonly after: Position;
  /** As found for the first page: the number of an incident may meanwhile be that of another. */
  readonly incidentId: string;
}

export type Filters = Readonly<Record<string, string>>;

/** Opaque to clients. It carries what it was made for: the next page of another query is no page. */
export function encodePageToken({ after, incidentId }: PageStart, filters: Filters): string {
  const parts = [after.time.getTime(), after.rank, after.id, incidentId, fingerprint(filters)];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

export function decodePageToken(token: string, filters: Filters): PageStart {
  const parts = parse(token);
  if (!parts) throw invalid('is not a token that this service gave out');
  const [timeMs, rank, id, incidentId, madeFor] = parts;
  if (madeFor !== fingerprint(filters)) throw invalid('belongs to a query with other filters');
  return { after: { time: new Date(timeMs), rank, id }, incidentId };
}

type Parts = [timeMs: number, rank: number, id: string, incidentId: string, madeFor: string];

const MAX_TOKEN_LENGTH = 2_000;
const MAX_TIME_MS = Date.UTC(9999, 0);
const MAX_RANK = 10_000;
const PLAIN = /^[^\p{Cc}\p{Cs}]{0,253}$/u;

/** Written by us, but held by somebody else meanwhile. */
function parse(token: string): Parts | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== 5) return undefined;
  const [timeMs, rank, ...texts] = value as unknown[];
  const fits =
    isWithin(timeMs, MAX_TIME_MS) &&
    isWithin(rank, MAX_RANK) &&
    texts.every((text) => typeof text === 'string' && PLAIN.test(text));
  return fits ? (value as Parts) : undefined;
}

const isWithin = (value: unknown, max: number): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;

function fingerprint(filters: Filters): string {
  const given = Object.entries(filters).filter(([, value]) => value !== '');
  return deriveId('q', ...given.sort(([a], [b]) => (a < b ? -1 : 1)).flat()).slice(0, 18);
}

function invalid(problem: string): BelayError {
  return new BelayError('invalid', `pageToken ${problem}`, {
    code: 'PAGE_TOKEN_INVALID',
    field: 'pageToken',
    next: 'send the nextPageToken of the page before with the same filters, or none to begin anew',
  });
}
