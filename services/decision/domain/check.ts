import type { Check } from './decision.ts';

export const pass = (name: string, observed: string, limit: string): Check => ({
  name,
  result: 'pass',
  observed,
  limit,
  reason: '',
  code: '',
});

export const refuse = (
  name: string,
  observed: string,
  limit: string,
  code: string,
  reason: string,
): Check => ({
  name,
  result: 'refuse',
  observed,
  limit,
  reason,
  code,
});

export const notReached = (name: string, where: string): Check => ({
  name,
  result: 'not_reached',
  observed: '',
  limit: where,
  reason: '',
  code: '',
});
