import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { z } from 'zod';
import { BelayError, type ErrorDetails, type ErrorKind } from '#lib/errors.ts';

const DETAILS_KEY = 'belay-error-bin';

/**
 * A conflict is FAILED_PRECONDITION rather than ABORTED: the plan changed, the answer came second. Clients
 * and proxies send an ABORTED call again as it was, and here somebody has to look first.
 */
const STATUS_OF: Readonly<Record<ErrorKind, status>> = {
  invalid: status.INVALID_ARGUMENT,
  not_found: status.NOT_FOUND,
  conflict: status.FAILED_PRECONDITION,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  unavailable: status.UNAVAILABLE,
  timeout: status.DEADLINE_EXCEEDED,
  internal: status.INTERNAL,
};

/** What is absent here is `internal`. CANCELLED is what a connection that was cut looks like. */
const KIND_OF: Readonly<Partial<Record<status, ErrorKind>>> = {
  [status.INVALID_ARGUMENT]: 'invalid',
  [status.OUT_OF_RANGE]: 'invalid',
  [status.RESOURCE_EXHAUSTED]: 'invalid',
  [status.NOT_FOUND]: 'not_found',
  [status.FAILED_PRECONDITION]: 'conflict',
  [status.ABORTED]: 'conflict',
  [status.ALREADY_EXISTS]: 'conflict',
  [status.UNAUTHENTICATED]: 'unauthenticated',
  [status.PERMISSION_DENIED]: 'forbidden',
  [status.UNAVAILABLE]: 'unavailable',
  [status.CANCELLED]: 'unavailable',
  [status.DEADLINE_EXCEEDED]: 'timeout',
};

// Beyond 8 kB of headers some clients drop the whole answer.
const MAX_LENGTH = { status: 200, message: 500, code: 60, field: 100, why: 500, next: 300 };

const detailsSchema = z.object({
  message: z.string(),
  code: z.string(),
  field: z.string().optional(),
  why: z.string().optional(),
  next: z.string().optional(),
});

/** The details go as bytes, because text metadata is ASCII and reasons are not. The cause stays here. */
export function toStatus(error: BelayError): StatusObject {
  const { message, code, field, why, next } = error;
  const texts = { message, code, field, why, next };
  const details = Object.entries(texts).map(([key, text]) => [key, shorten(text, key as keyof typeof texts)]);
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(JSON.stringify(Object.fromEntries(details))));
  return { code: STATUS_OF[error.kind], details: shorten(message, 'status') ?? '', metadata };
}

export interface FailedCall {
  readonly endpoint: string;
  readonly path: string;
  readonly timeoutMs: number;
  /** By the caller's own signal. */
  readonly cancelled: boolean;
}

/** The error that the server made, or one for what happened on the way to it. */
export function callError(error: ServiceError, call: FailedCall): BelayError {
  const details = detailsSchema.safeParse(parse(error.metadata.get(DETAILS_KEY)[0]));
  const kind = KIND_OF[error.code] ?? 'internal';
  if (!details.success) return onTheWay(error, kind, call);
  const { message, ...rest } = details.data;
  return new BelayError(kind, message, rest as ErrorDetails);
}

function onTheWay(error: ServiceError, kind: ErrorKind, call: FailedCall): BelayError {
  const { endpoint, path, timeoutMs } = call;
  const make = (code: string, message: string, next?: string) =>
    new BelayError(kind, message, { code, why: error.details, ...(next ? { next } : {}), cause: error });
  if (call.cancelled) return make('CALL_CANCELLED', `the call of ${path} was cancelled`);
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.CANCELLED:
      return make(
        'UNREACHABLE',
        `${endpoint} does not answer`,
        'check that the service runs, the endpoint, and TLS on both sides',
      );
    case status.DEADLINE_EXCEEDED:
      return make(
        'DEADLINE_PASSED',
        `${endpoint} did not answer ${path} within ${timeoutMs} ms`,
        'look at what came of it before asking again',
      );
    case status.RESOURCE_EXHAUSTED:
      return make('MESSAGE_TOO_LARGE', `a message of ${path} is too large`);
    case status.UNIMPLEMENTED:
      return make(
        'METHOD_UNKNOWN',
        `${endpoint} has no ${path}`,
        'check the endpoint, and that client and server have the same version',
      );
    default:
      return make('CALL_FAILED', `${endpoint} failed on ${path}`);
  }
}

function shorten(text: string | undefined, place: keyof typeof MAX_LENGTH): string | undefined {
  const limit = MAX_LENGTH[place];
  const short = text !== undefined && text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  // Half a surrogate pair, ours or the sender's, would make the encoder of the status throw.
  return short?.toWellFormed();
}

function parse(bytes: unknown): unknown {
  try {
    return JSON.parse(String(bytes));
  } catch {
    return undefined;
  }
}
