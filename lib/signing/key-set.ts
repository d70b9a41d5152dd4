import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { BelayError, messageOf } from '#lib/errors.ts';
import { keyIdOf, parsePublicKey } from './signing-key.ts';

/** Whose key it is: decision's, or one target's. The prefix keeps a target that is named decision apart. */
export type KeyUse = 'decision' | `target:${string}`;

export interface PublicKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly use: KeyUse;
  readonly notBefore?: Date | undefined;
  /** The first moment at which it no longer counts. */
  readonly notAfter?: Date | undefined;
}

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const keySetSchema = z.strictObject({
  keys: z.array(
    z.strictObject({
      keyId: z.string(),
      publicKey: z.string(),
      use: z.union([z.literal('decision'), z.templateLiteral(['target:', z.string().min(1)])]),
      notBefore: instant.optional(),
      notAfter: instant.optional(),
    }),
  ),
});

/**
 * A rotation is three edits of this file: the new key beside the old one, everywhere; then the signer
 * changes over; then the old one gets a notAfter.
 */
export function loadKeySet(path: string): readonly PublicKey[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(path, '', messageOf(error));
  }
  return parseKeySet(text, path);
}

export function parseKeySet(json: string, source: string): readonly PublicKey[] {
  const shape = keySetSchema.safeParse(parseJson(json, source));
  if (!shape.success) {
    const [issue] = shape.error.issues;
    throw invalid(source, pathOf(issue?.path ?? []), issue?.message ?? 'not a key set');
  }
  const keys = shape.data.keys.map((entry, index) => {
    const field = `keys[${index}]`;
    const publicKey = parsePublicKey(entry.publicKey, `${source}: ${field}.publicKey`);
    const keyId = keyIdOf(publicKey);
    if (entry.keyId !== keyId) throw invalid(source, `${field}.keyId`, `the id of this key is ${keyId}`);
    if (entry.notBefore && entry.notAfter && entry.notBefore >= entry.notAfter) {
      throw invalid(source, `${field}.notAfter`, 'it is not after notBefore');
    }
    return { ...entry, publicKey };
  });
  return withoutDoubles(keys, source);
}

/** One key, one use: a second entry could only widen what the first one allows. */
function withoutDoubles(keys: readonly PublicKey[], source: string): readonly PublicKey[] {
  const seen = new Set<string>();
  for (const [index, { keyId }] of keys.entries()) {
    if (seen.has(keyId)) throw invalid(source, `keys[${index}].keyId`, 'the key is listed twice');
    seen.add(keyId);
  }
  return keys;
}

function parseJson(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser quotes what it stumbled over, which in the wrong file could be a secret.
    throw invalid(source, '', 'it is not JSON');
  }
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function invalid(source: string, field: string, why: string): BelayError {
  const place = field === '' ? source : `${source}: ${field}`;
  return new BelayError('invalid', `${place}: ${why}`, { code: 'KEY_SET_INVALID', field: place, why });
}
