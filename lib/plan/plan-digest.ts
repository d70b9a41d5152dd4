import { hash } from 'node:crypto';
import { Plan } from '#gen/belay/v1/plan.ts';

/** What an order stands for. Two plans with the same meaning have the same digest, whoever encoded them. */
export function planDigest(plan: Plan): string {
  return `sha256:${hash('sha256', canonical(Plan.toJSON(plan)))}`;
}

/** JSON with its keys in order, and without what is undefined. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const item = (value as Readonly<Record<string, unknown>>)[key];
    if (item !== undefined) text += `${text && ','}${JSON.stringify(key)}:${canonical(item)}`;
  }
  return `{${text}}`;
}
