import { createHash } from 'node:crypto';

/** Advisory locks are numbers that a whole database shares: a hash keeps services and purposes apart. */
export function advisoryKey(schema: string, purpose: string): string {
  const hash = createHash('sha256').update(`belay ${schema} ${purpose}`).digest();
  return hash.readBigInt64BE().toString();
}
