import { BelayError, messageOf } from '#lib/errors.ts';
import { redactText } from '#lib/logger/redact-text.ts';

/** An error as people read it: what, why, next. */
export function formatError(error: unknown): string {
  const lines = [`error: ${messageOf(error)}`];
  if (error instanceof BelayError) {
    if (error.why !== undefined) lines.push(`  why:  ${error.why}`);
    if (error.next !== undefined) lines.push(`  next: ${error.next}`);
    lines.push(`  code: ${error.code}`);
  }
  return redactText(`${lines.join('\n')}\n`);
}

/** 2: what it was given is wrong. 7: what it needs is not there, starting again later can help. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof BelayError)) return 1;
  if (error.kind === 'invalid') return 2;
  return error.kind === 'unavailable' || error.kind === 'timeout' ? 7 : 1;
}
