import { errorFields } from './error-fields.ts';

const REDACTED = '[redacted]';
const CUT = '[...]';
/** Bound what one line can cost when somebody logs a socket. */
const MAX_DEPTH = 8;
const MAX_VALUES = 1_000;

/** By the end of the name, with case, `_` and `-` out of the way: x-api-key, DB_PASSWORD, approvalToken. */
const SECRET_NAME =
  /(^jwt|authorization|cookie|token|password|passwd|passphrase|secret|credential|apikey|accesskey|privatekey|signingkey|secretkey|pem)s?$/;

/** A copy for the log: secrets out by their names at any depth, errors as fields, bytes as their number. */
export function redactFields(fields: object): Record<string, unknown> {
  const redacted = redact(fields);
  return isFields(redacted) ? redacted : { value: redacted };
}

export function redact(value: unknown): unknown {
  return redactValue('', value, 0, { values: MAX_VALUES });
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function redactValue(key: string, value: unknown, depth: number, left: { values: number }): unknown {
  left.values -= 1;
  if (isSecretName(key) && value !== null && value !== undefined && typeof value !== 'boolean')
    return REDACTED;
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH || left.values <= 0) return CUT;
  try {
    return redactObject(key, value, depth + 1, left);
  } catch {
    // A getter that throws must not take the caller down with its log line.
    return '[unreadable]';
  }
}

function redactObject(key: string, value: object, depth: number, left: { values: number }): unknown {
  if (value instanceof Error) return redactObject(key, errorFields(value), depth, left);
  if (hasOwnForm(value)) return redactValue(key, value.toJSON(), depth, left);
  // A private JSON web key.
  if ('kty' in value && 'd' in value) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => redactValue('', item, depth, left));
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, redactValue(k, v, depth, left)]));
}

function hasOwnForm(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function isSecretName(key: string): boolean {
  return SECRET_NAME.test(key.toLowerCase().replaceAll(/[_-]/g, ''));
}
