import { isUtf8 } from 'node:buffer';
import { BelayError } from '#lib/errors.ts';

const MAX_DEPTH = 8;
const MAX_KEYS = 1_000;
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** JSON from a stranger: text that is text, of bounded depth and size, that can change no prototype. */
export function readJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw invalid('is not valid UTF-8');
  const value = parse(bytes.toString('utf8'));
  let keys = 0;
  const inspect = (item: unknown, path: readonly string[]): void => {
    if (typeof item !== 'object' || item === null) return;
    if (path.length >= MAX_DEPTH) throw invalid(`is nested deeper than ${MAX_DEPTH}`, path);
    for (const [key, inner] of Object.entries(item)) {
      keys += 1;
      if (keys > MAX_KEYS) throw invalid(`has more than ${MAX_KEYS} keys`);
      if (RESERVED.has(key)) throw invalid('is a reserved key', [...path, key]);
      inspect(inner, [...path, key]);
    }
  };
  inspect(value, []);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('is not JSON');
  }
}

function invalid(what: string, path: readonly string[] = []): BelayError {
  const field = path.join('.');
  return new BelayError('invalid', `${field || 'the body'} ${what}`, {
    code: 'BODY_MALFORMED',
    ...(field && { field }),
  });
}
