import { hash } from 'node:crypto';

/**
 * Ids are derived from what they are about, never drawn: whoever runs a step again comes to the same id,
 * and sinks drop what they have. Parts are length-prefixed, so that ("ab","c") differs from ("a","bc").
 */
export function deriveId(prefix: string, ...parts: readonly (string | number)[]): string {
  let about = '';
  for (const part of parts) {
    const text = String(part);
    about += `${Buffer.byteLength(text)}:${text};`;
  }
  return `${prefix}-${hash('sha256', about).slice(0, 32)}`;
}
