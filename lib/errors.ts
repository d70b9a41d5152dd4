/**
 * What went wrong, in the few kinds that callers treat differently: a consumer retries `unavailable` and
 * sets `invalid` aside, gRPC and the command line turn each kind into a status and an exit code.
 */
export type ErrorKind =
  | 'invalid'
  | 'not_found'
  | 'conflict'
  | 'unauthenticated'
  | 'forbidden'
  | 'unavailable'
  | 'timeout'
  | 'internal';

export interface ErrorDetails {
  /** Stable, upper snake case: PLAN_CHANGED. */
  readonly code: string;
  /** The field at fault, as its user spells it. */
  readonly field?: string;
  readonly why?: string;
  /** A command or an edit that gets the reader on. */
  readonly next?: string;
  readonly cause?: unknown;
}

export class BelayError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly field: string | undefined;
  readonly why: string | undefined;
  readonly next: string | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'BelayError';
    this.kind = kind;
    this.code = details.code;
    this.field = details.field;
    this.why = details.why;
    this.next = details.next;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
