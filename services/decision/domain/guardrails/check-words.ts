import type { GuardrailCheck } from './guardrail-check.ts';

export type Numbers = Pick<GuardrailCheck, 'name' | 'observed' | 'limit'>;

export const pass = (numbers: Numbers): GuardrailCheck => ({
  ...numbers,
  result: 'pass',
  reason: '',
  code: '',
  endsAt: undefined,
});

export const refuse = (
  numbers: Numbers,
  code: string,
  reason: string,
  endsAtMs?: number,
): GuardrailCheck => ({
  ...numbers,
  result: 'refuse',
  reason,
  code,
  endsAt: endsAtMs === undefined ? undefined : new Date(endsAtMs),
});

export const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** Full minutes where there are two or more, otherwise seconds. */
export const span = (ms: number): string =>
  ms >= 120_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.floor(ms / 1_000)} s`;
