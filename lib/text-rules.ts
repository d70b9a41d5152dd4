import { z } from 'zod';

/** What a text in a request may hold, the same at every door. */

/** Marks that turn the direction of reading: a text with them says another thing than it shows. */
const TURNED = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** No half characters, which the wire format would replace, and no control characters, which fool terminals. */
const wellFormed = (text: string): boolean => text.isWellFormed();
const onOneLine = (text: string): boolean => !/\p{Cc}/u.test(text);
const isText = (text: string): boolean => !/[^\P{Cc}\t\n\r]/u.test(text);
const readsAsShown = (text: string): boolean => !TURNED.test(text);
const TURNS = 'has marks that turn the direction of reading';

const anyText = (max: number) =>
  z
    .string({ error: 'is not a text' })
    .max(max, `is longer than ${max} characters`)
    .refine(wellFormed, 'is not valid Unicode');

/** A name: on one line, and read as it is shown. */
export const line = (max: number) =>
  anyText(max).refine(onOneLine, 'has control characters or more than one line').refine(readsAsShown, TURNS);

/** Shorter beginnings are typed by mistake. */
const SHORTEST = 8;

/** Of an action or a decision, or the beginning of one. `next` says where whole ones are. */
export const idBeginning = (next: string) =>
  line(100).refine((id) => id.length >= SHORTEST, {
    error: `is shorter than ${SHORTEST} characters`,
    params: { why: 'so short a beginning could be of an action that is not meant', next },
  });

/** What a program sends along, in any language: nothing is lost for a mark in it. */
export const text = (max: number) => anyText(max).refine(isText, 'has control characters');

/** Why a person did something: others act on it, so it reads as it is shown. */
export const reason = text(1_000).refine(readsAsShown, TURNS);
