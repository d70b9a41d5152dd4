import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { z } from 'zod';

/** A value that prints as `[redacted]` wherever it goes by accident; `reveal` is the one way to it. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}

const EXPECTED = 'expected a text, or {file: path} to read it from a file';
const secretForms = new WeakSet<object>();

/** Takes the text itself or `{ file: path }`, the way orchestrators mount secrets. */
export function secret() {
  const text = z.string().min(1);
  const form = z.union([text, z.strictObject({ file: text })], { error: EXPECTED });
  secretForms.add(form);
  return form.transform((given, context): Secret => {
    if (typeof given === 'string') return new Secret(given);
    const read = readSecretFile(given.file);
    if ('text' in read) return new Secret(read.text);
    context.issues.push({ code: 'custom', message: read.problem, path: ['file'], input: given });
    return z.NEVER;
  });
}

/** Whether this is the schema that `secret()` wraps; checks added later leave it in place. */
export function isSecretForm(schema: object): boolean {
  return secretForms.has(schema);
}

function readSecretFile(file: string): { text: string } | { problem: string } {
  try {
    // Editors and `kubectl create secret --from-file` leave a line end that is no part of the secret.
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { problem: 'the file is empty' } : { text };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      problem: `the file cannot be read (${code ?? 'unknown reason'}), check the path and its permissions`,
    };
  }
}
