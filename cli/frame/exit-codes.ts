import { BelayError, type ErrorKind } from '#lib/errors.ts';

/** What scripts and CI can tell apart. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  /** It worked, and the answer is no: differs, lint failed, unverified, something is wrong. */
  no: 3,
  denied: 4,
  notFound: 5,
  conflict: 6,
  /** Or timed out: safe to try again. */
  unavailable: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const CODE_OF: Readonly<Record<ErrorKind, ExitCode>> = {
  invalid: exitCodes.usage,
  not_found: exitCodes.notFound,
  conflict: exitCodes.conflict,
  unauthenticated: exitCodes.denied,
  forbidden: exitCodes.denied,
  unavailable: exitCodes.unavailable,
  timeout: exitCodes.unavailable,
  internal: exitCodes.failed,
};

export function exitCodeOf(thrown: unknown): ExitCode {
  return thrown instanceof BelayError ? CODE_OF[thrown.kind] : exitCodes.failed;
}
