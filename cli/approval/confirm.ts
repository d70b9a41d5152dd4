import { createInterface } from 'node:readline/promises';
import { BelayError } from '#lib/errors.ts';

export interface ConfirmOptions {
  readonly isTerminal: boolean;
  /** For a script, which cannot be asked. */
  readonly next: string;
}

/** A question to whoever sits at the terminal. Only a typed yes is one. */
export async function confirm(question: string, { isTerminal, next }: ConfirmOptions): Promise<boolean> {
  if (!isTerminal) {
    throw new BelayError('invalid', 'nobody can be asked: this is no terminal', {
      code: 'NO_TERMINAL',
      field: '--plan',
      why: 'an approval is for a plan that somebody has looked at',
      next,
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} Type yes: `)).trim() === 'yes';
  } finally {
    terminal.close();
  }
}
