import { BelayError } from '#lib/errors.ts';

const CAMEL: ReadonlyMap<string, string> = new Map([
  ['probable_cause', 'probableCause'],
  ['affected_services', 'affectedServices'],
  ['started_at', 'startedAt'],
  ['external_id', 'externalId'],
]);

export interface Spelling {
  /** With the names that the schema knows. */
  readonly body: unknown;
  /** The error in the words of the sender. */
  inItsWords(error: unknown): unknown;
}

/** The JSON form of protobuf allows two spellings of a name. Errors use the one that was sent. */
export function spellingOf(body: unknown): Spelling {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { body, inItsWords: (error) => error };
  const sent = new Map<string, string>();
  const entries = Object.entries(body).map(([key, value]) => {
    const name = CAMEL.get(key) ?? key;
    if (sent.has(name)) throw twice(name);
    sent.set(name, key);
    return [name, value] as const;
  });
  return {
    body: Object.fromEntries(entries),
    inItsWords: (error) => {
      if (!(error instanceof BelayError) || error.field === undefined) return error;
      const spelt = sent.get(error.field) ?? error.field;
      return spelt === error.field ? error : respelt(error, error.field, spelt);
    },
  };
}

function respelt(error: BelayError, field: string, spelt: string): BelayError {
  const { kind, code, why, next } = error;
  const inItsWords = (words: string) => words.replaceAll(field, spelt);
  return new BelayError(kind, inItsWords(error.message), {
    code,
    field: spelt,
    ...(why !== undefined && { why }),
    ...(next !== undefined && { next: inItsWords(next) }),
    cause: error,
  });
}

function twice(name: string): BelayError {
  return new BelayError('invalid', `${name} is given twice, in two spellings`, {
    code: 'REQUEST_INVALID',
    field: name,
    next: `send ${name} once`,
  });
}
