import { BelayError, messageOf } from '#lib/errors.ts';
import { type DataOf, definitionOf } from '#lib/events/event-types.ts';
import { validateEvent } from '#lib/events/validate-event.ts';

/** What a simulation is made from: what was reported, what was decided then, and what came of it. */
export const RECORDED_TYPES = [
  'IncidentReported',
  'DecisionMade',
  'OrderIssued',
  'ActionSettled',
  'ActionResolved',
  // Breakers that people have reset.
  'ControlSet',
] as const;

type RecordedType = (typeof RECORDED_TYPES)[number];

export type RecordedEvent = {
  [T in RecordedType]: { readonly type: T; readonly data: DataOf<T> };
}[RecordedType];

/** What was read of the history. */
export interface Recording {
  /** In any order, each as often as it was read. */
  readonly events: readonly RecordedEvent[];
  /** Events that audit keeps without their data, because it is too long. */
  readonly withoutData: number;
}

export const isRecordedType = (type: string): type is RecordedType =>
  (RECORDED_TYPES as readonly string[]).includes(type);

/** Throws `invalid` with the field that is not as events are. */
export function readRecorded(type: RecordedType, json: unknown): RecordedEvent {
  const data = fromJson(type, json);
  validateEvent(type, data);
  return { type, data } as RecordedEvent;
}

/** What audit shows of an event that is too long to be shown. */
export const isWithoutData = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && Object.keys(json).length === 0;

function fromJson(type: RecordedType, json: unknown): unknown {
  const details = { code: 'INVALID_EVENT', field: '' };
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new BelayError('invalid', 'is not the data of an event', details);
  try {
    return definitionOf(type).codec.fromJSON(json);
  } catch (error) {
    throw new BelayError('invalid', `is no ${type}: ${messageOf(error)}`, details);
  }
}
