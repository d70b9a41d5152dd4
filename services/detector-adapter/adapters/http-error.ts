import { BelayError, type ErrorKind } from '#lib/errors.ts';

export interface HttpError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: Readonly<Record<string, string>> };
}

const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  not_found: 404,
  conflict: 409,
  unauthenticated: 401,
  forbidden: 403,
  unavailable: 503,
  timeout: 503,
  internal: 500,
};

/** Where HTTP has a word of its own. */
const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map([
  ['TOO_LARGE', 413],
  ['MEDIA_TYPE_UNSUPPORTED', 415],
  ['METHOD_NOT_ALLOWED', 405],
  ['RATE_LIMITED', 429],
]);

const HEADERS_OF_STATUS: ReadonlyMap<number, Readonly<Record<string, string>>> = new Map([
  [401, { 'www-authenticate': 'Bearer' }],
  [405, { allow: 'POST' }],
  [429, { 'retry-after': '1' }],
  [503, { 'retry-after': '2' }],
]);

/** What went wrong, in the words that people and programs are given everywhere. */
export function httpError(thrown: unknown, requestId: string): HttpError {
  const { kind, message, why, next, code, field } = worded(thrown, requestId);
  const status = STATUS_OF_CODE.get(code) ?? STATUS_OF_KIND[kind];
  return {
    status,
    headers: HEADERS_OF_STATUS.get(status) ?? {},
    body: {
      error: {
        what: message,
        ...(why !== undefined && { why }),
        ...(next !== undefined && { next }),
        code,
        ...(field !== undefined && { field }),
      },
    },
  };
}

/** Only what was worded for callers goes out to them; of anything else they learn where it was noted down. */
function worded(thrown: unknown, requestId: string): BelayError {
  if (thrown instanceof BelayError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const known = FRAMEWORK_ERRORS.get(code);
  if (known) return known;
  return new BelayError('internal', 'internal error', {
    code: 'INTERNAL',
    next: `look for request ${requestId} in the log of the server`,
  });
}

const refusal = (message: string, code: string, next: string) =>
  new BelayError('invalid', message, { code, next });

const FRAMEWORK_ERRORS: ReadonlyMap<string, BelayError> = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', refusal('the body is too large', 'TOO_LARGE', 'leave out what is long')],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', unsupportedMedia()],
  [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    refusal('the body is not as long as its header says', 'BODY_MALFORMED', 'send it whole'),
  ],
  ['FST_ERR_BAD_URL', malformedPath()],
  ['FST_ERR_MAX_PARAM_LENGTH', malformedPath()],
]);

function malformedPath(): BelayError {
  return refusal('the path is not valid', 'PATH_MALFORMED', 'check its percent signs, and the incident id');
}

export function unsupportedMedia(): BelayError {
  return refusal(
    'the body is not plain JSON',
    'MEDIA_TYPE_UNSUPPORTED',
    'send content-type: application/json, without a content-encoding',
  );
}
