import { randomInt } from 'node:crypto';

/** The characters of generated names: no vowels and nothing that is mistaken for another. */
export const NAME_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';

export function randomSuffix(): string {
  return Array.from({ length: 5 }, () => NAME_CHARACTERS[randomInt(NAME_CHARACTERS.length)]).join('');
}
