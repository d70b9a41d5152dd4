import { BelayError, messageOf } from '#lib/errors.ts';
import { redactText } from '#lib/logger/redact-text.ts';
import type { Hint } from './hints.ts';
import { printable, printableLines } from './printable.ts';

interface PrintOptions {
  readonly hint: Hint;
  /** Adds where it came from: BELAY_DEBUG=1. */
  readonly debug: boolean;
}

/** What, why, next. Whatever is not ours to expect is one line. */
export function printError(thrown: unknown, { hint, debug }: PrintOptions): string {
  const lines = thrown instanceof BelayError ? explained(thrown, hint) : [unexpected(thrown)];
  if (debug) lines.push(...stacks(thrown));
  return `${redactText(lines.join('\n'))}\n`;
}

function explained({ message, why, next, code }: BelayError, hint: Hint): string[] {
  const lines = [`error: ${printableLines(message)}`];
  if (why !== undefined) lines.push(`  why:  ${continued(why)}`);
  if (next !== undefined) lines.push(`  next: ${continued(hint(next))}`);
  lines.push(`  code: ${code}`);
  return lines;
}

/** Further lines stand under the first. */
function continued(text: string): string {
  return printableLines(text).replaceAll('\n', `\n${' '.repeat('  next: '.length)}`);
}

function unexpected(thrown: unknown): string {
  return `error: ${printable(messageOf(thrown))} (unexpected; BELAY_DEBUG=1 shows where)`;
}

function stacks(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [];
  const own = printableLines(thrown.stack ?? '');
  return thrown.cause === undefined ? [own] : [own, 'caused by:', ...stacks(thrown.cause)];
}
