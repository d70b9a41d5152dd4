import { BelayError, type ErrorKind } from '#lib/errors.ts';

/**
 * What a driver threw, as what its caller can do about it: `unavailable` may be tried again, `conflict` is a
 * unique key that is taken, the rest is `internal`. The driver's own error is left behind, because it carries
 * parameters and, with some failures, the address with its password.
 */
export function sqlError(thrown: unknown): BelayError {
  if (thrown instanceof BelayError) return thrown;
  const error = thrown as DriverError;
  const { kind, code, message } = isServerError(error) ? ofServer(error) : ofConnection(error);
  const why = [withoutValues(error.message ?? String(thrown)), error.code].filter(Boolean).join(', ');
  const field = error.constraint ?? error.table;
  return new BelayError(kind, message, { code, why, ...(field !== undefined && { field }) });
}

interface DriverError {
  readonly message?: string;
  readonly code?: string;
  readonly severity?: string;
  readonly constraint?: string;
  readonly table?: string;
}

interface Meaning {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
}

const failed: Meaning = { kind: 'internal', code: 'SQL_FAILED', message: 'the database refused a statement' };
const duplicate: Meaning = { kind: 'conflict', code: 'SQL_DUPLICATE', message: 'the row exists already' };
const unreachable = transient('SQL_UNREACHABLE', 'the database cannot be reached');
const timedOut = transient('SQL_TIMEOUT', 'the database did not answer in time');
const overloaded = transient('SQL_OVERLOADED', 'the database has no room for more');
const collided = transient('SQL_COLLISION', 'two transactions were in the way of each other');
const readOnly = transient('SQL_READ_ONLY', 'the database takes no writes');

/** By SQLSTATE, or by its class, the first two characters. */
const serverMeanings: Readonly<Record<string, Meaning>> = {
  '08': unreachable,
  '53': overloaded,
  '57014': timedOut,
  '57P01': unreachable,
  '57P02': unreachable,
  '57P03': unreachable,
  '57P05': unreachable,
  '55P03': timedOut,
  '25P03': timedOut,
  '25P04': timedOut,
  '25006': readOnly,
  '40001': collided,
  '40P01': collided,
  '23505': duplicate,
};

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Errors that pg makes up itself have no code, only these texts. */
const lostConnection = /connection terminated|connection error|not queryable|connection ended/i;
const tookTooLong = /timeout/i;

/** A SQLSTATE and an errno such as EPIPE look alike; only servers send a severity. */
function isServerError(error: DriverError): boolean {
  return error.severity !== undefined;
}

function ofServer({ code = '' }: DriverError): Meaning {
  return serverMeanings[code] ?? serverMeanings[code.slice(0, 2)] ?? failed;
}

function ofConnection({ code = '', message = '' }: DriverError): Meaning {
  if (networkCodes.has(code) || lostConnection.test(message)) return unreachable;
  return tookTooLong.test(message) ? timedOut : failed;
}

/** Postgres quotes the value it could not read: `invalid input syntax for type json: "..."`. */
function withoutValues(message: string): string {
  return message.replace(/: ".*$/s, '');
}

function transient(code: string, message: string): Meaning {
  return { kind: 'unavailable', code, message };
}
