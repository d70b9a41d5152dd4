import { createHash } from 'node:crypto';

/**
 * Ids are derived from what they are about, never drawn: whoever runs a step again comes to the same id,
 * and sinks drop what they have. Parts are length-prefixed, so that ("ab","c") differs from ("a","bc").
 */
export function deriveId(prefix: string, ...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const text = String(part);
    hash.update(`${Buffer.byteLength(text)}:${text};`);
  }
  return `${prefix}-${hash.digest('hex').slice(0, 32)}`;
}
