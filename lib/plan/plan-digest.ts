import { createHash } from 'node:crypto';
import { Plan } from '#gen/belay/v1/plan.ts';

/** What an order stands for. Two plans with the same meaning have the same digest, whoever encoded them. */
export function planDigest(plan: Plan): string {
  return `sha256:${createHash('sha256')
    .update(canonical(Plan.toJSON(plan)))
    .digest('hex')}`;
}

/** JSON with its keys in order, and without what is undefined. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
