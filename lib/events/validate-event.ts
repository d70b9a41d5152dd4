import { BelayError } from '#lib/errors.ts';
import { definitionOf, type EventType } from './event-types.ts';

/** Throws `invalid` with the first field that breaks its rule. */
export function validateEvent(type: EventType, data: unknown): void {
  const result = definitionOf(type).rules.safeParse(data);
  if (result.success) return;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') || 'value';
  throw new BelayError('invalid', `${type}.${field} ${issue?.message ?? 'is not valid'}`, {
    code: 'INVALID_EVENT',
    field,
  });
}
