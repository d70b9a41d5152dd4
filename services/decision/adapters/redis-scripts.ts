import { loadRedisScript } from '#lib/redis-script.ts';

const folder = new URL('./lua/', import.meta.url);

export const decideSlotScript = loadRedisScript(folder, 'decide-slot', [
  'observe-scopes',
  'storm',
  'charge-slot',
]);
export const settleSlotScript = loadRedisScript(folder, 'settle-slot', ['breaker-fields']);
export const withdrawSlotScript = loadRedisScript(folder, 'withdraw-slot');
export const refillSlotScript = loadRedisScript(folder, 'refill-slot', ['storm', 'charge-slot']);
export const lookAtScopesScript = loadRedisScript(folder, 'look-at-scopes', ['observe-scopes']);
export const resetBreakerScript = loadRedisScript(folder, 'reset-breaker', ['breaker-fields']);
export const readBreakersScript = loadRedisScript(folder, 'read-breakers', ['breaker-fields']);
export const clearKeysScript = loadRedisScript(folder, 'clear-keys');
export const openStoreScript = loadRedisScript(folder, 'open-store');
