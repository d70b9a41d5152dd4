import type { ColumnType } from 'kysely';
import pg from 'pg';
import { BelayError } from '#lib/errors.ts';

/** A json or jsonb column. Written as text, because drivers disagree about arrays and strings. */
export type Json<T> = ColumnType<T, string, string>;

export type ParseText = (text: string) => unknown;

/**
 * What a column comes back as, by its type's oid, the same on every driver. What is not listed here is text:
 * numeric for its digits; date and timestamp because without a zone they are no point in time.
 */
export function parserOf(oid: number): ParseText {
  return parsers[oid] ?? asText;
}

const scalars: Readonly<Record<number, readonly [arrayOid: number, parse: ParseText]>> = {
  16: [1000, (text) => text === 't'],
  17: [1001, (text) => Buffer.from(text.slice(2), 'hex')],
  20: [1016, parseInt8],
  21: [1005, Number],
  23: [1007, Number],
  25: [1009, asText],
  26: [1028, Number],
  114: [199, parseJson],
  700: [1021, Number],
  701: [1022, Number],
  1043: [1015, asText],
  1082: [1182, asText],
  1114: [1115, asText],
  1184: [1185, (text) => new Date(text)],
  1700: [1231, asText],
  2950: [2951, asText],
  3802: [3807, parseJson],
};

// The types name the scalar types alone.
const parseTextArray = pg.types.getTypeParser(1009 as typeof pg.types.builtins.TEXT) as ParseText;

/** Every type above, and the arrays of it. */
export const parsers: Readonly<Record<number, ParseText>> = Object.fromEntries(
  Object.entries(scalars).flatMap(([oid, [arrayOid, parse]]) => [
    [oid, parse],
    [arrayOid, (text: string) => deepMap(parseTextArray(text), parse)],
  ]),
);

function asText(text: string): string {
  return text;
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

/** A number, because offsets and counters fit; a value that would be rounded is refused. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new BelayError('internal', `the database holds ${text}, which does not fit a number`, {
    code: 'SQL_INTEGER_TOO_LARGE',
  });
}

function deepMap(value: unknown, parse: ParseText): unknown {
  if (Array.isArray(value)) return value.map((item) => deepMap(item, parse));
  return typeof value === 'string' ? parse(value) : value;
}
