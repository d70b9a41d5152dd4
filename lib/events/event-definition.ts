import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { z } from 'zod';

export interface Codec<T> {
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array): T;
  fromJSON(object: unknown): T;
  toJSON(message: T): unknown;
}

/** Everything that is fixed about one type of event. */
export interface EventDefinition<T> {
  readonly topic: (data: T) => string;
  readonly codec: Codec<T>;
  readonly rules: z.ZodType;
  /** The record's key: events that must stay in order share it. */
  readonly key: (data: T) => string;
  /** CloudEvents subject: the incident, where there is one. */
  readonly subject: (data: T) => string;
  readonly time: (data: T) => Date | undefined;
  /** What makes this event this event: its id is derived from these, so a repeat has the same id. */
  readonly about: (data: T) => readonly (string | number)[];
}

export function define<T>(definition: EventDefinition<T>): EventDefinition<T> {
  return definition;
}

export const inTopic = (topic: string) => () => topic;

/** A time as part of an id. */
export const stamp = (time: Date | undefined): string => time?.toISOString() ?? '';
