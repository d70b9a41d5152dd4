import { BelayError } from '#lib/errors.ts';

export function notReady(): BelayError {
  return new BelayError('unavailable', 'the episode store is not ready: it is rebuilt from the log', {
    code: 'EPISODES_NOT_READY',
    next: 'send it again in a moment; what the log has is not taken twice',
  });
}
