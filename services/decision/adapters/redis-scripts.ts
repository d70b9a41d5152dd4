import { loadRedisScript } from '#lib/redis-script.ts';

const folder = new URL('./lua/', import.meta.url);

export const decideSlotScript = loadRedisScript(folder, 'decide-slot', [
  'held-counts',
  'observe-scopes',
  'storm',
  'charge-slot',
]);
export const settleSlotScript = loadRedisScript(folder, 'settle-slot', ['breaker-fields', 'held-counts']);
export const withdrawSlotScript = loadRedisScript(folder, 'withdraw-slot');
export const refillSlotScript = loadRedisScript(folder, 'refill-slot', [
  'held-counts',
  'storm',
  'charge-slot',
]);
export const lookAtScopesScript = loadRedisScript(folder, 'look-at-scopes', [
  'held-counts',
  'observe-scopes',
]);
export const resetBreakerScript = loadRedisScript(folder, 'reset-breaker', ['breaker-fields']);
export const readBreakersScript = loadRedisScript(folder, 'read-breakers', ['breaker-fields']);
export const readStormsScript = loadRedisScript(folder, 'read-storms', ['storm']);
export const clearKeysScript = loadRedisScript(folder, 'clear-keys');
export const openStoreScript = loadRedisScript(folder, 'open-store');
