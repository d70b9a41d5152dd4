import { loadRedisScript } from '#lib/redis-script.ts';

const folder = new URL('./lua/', import.meta.url);

export const decideSlotScript = loadRedisScript(folder, 'decide-slot', [
  'observe-scopes',
  'storm',
  'charge-slot',
]);
export const settleSlotScript = loadRedisScript(folder, 'settle-slot');
export const withdrawSlotScript = loadRedisScript(folder, 'withdraw-slot');
export const refillSlotScript = loadRedisScript(folder, 'refill-slot', ['storm', 'charge-slot']);
export const clearKeysScript = loadRedisScript(folder, 'clear-keys');
export const openStoreScript = loadRedisScript(folder, 'open-store');
