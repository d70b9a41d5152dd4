import { BelayError } from '#lib/errors.ts';

export function notReady(): BelayError {
  return new BelayError('unavailable', 'the guardrail store is not ready: it is rebuilt from the log', {
    code: 'GUARDRAILS_NOT_READY',
    next: 'wait; nothing runs until it can show what is under way',
  });
}
