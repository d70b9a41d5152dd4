import type { BelayError } from '#lib/errors.ts';

/** One thing that was looked at. What is wrong always says what to do about it. */
export type Check = {
  /** Under which it is listed: a service, a store, this machine. */
  readonly service: string;
  readonly name: string;
  /** The address or path that was asked. */
  readonly asked: string;
  /** Of what is found running. */
  readonly since?: Date;
} & Outcome;

export type Outcome =
  | { readonly ok: true; readonly detail: string }
  | { readonly ok: false; readonly detail: string; readonly fix: string };

/** What one server had to say. */
export interface Answer {
  /** False when nobody was there. */
  readonly reached: boolean;
  readonly checks: readonly Check[];
}

/** Everything that was found, and the error to end with where nobody was there to be asked. */
export interface Examination {
  readonly checks: readonly Check[];
  readonly error?: BelayError;
}

export const good = (detail: string): Outcome => ({ ok: true, detail });

export const bad = (detail: string, fix: string): Outcome => ({ ok: false, detail, fix });
