import { deriveId } from '#lib/ids.ts';
import type { Facts } from './observation.ts';

/**
 * What an approval stands for: the plan that was decided and what it would change at the target. The order of
 * the facts does not matter. Without times, so that the same state gives the same hash.
 */
export function planHash(planDigest: string, binding: Facts): string {
  const facts = Object.entries(binding).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = facts.flatMap(([name, value]) => [name, typeof value, String(value)]);
  // Written as the digests of plans and runbooks are.
  return deriveId('sha256', planDigest, ...parts).replace('-', ':');
}
