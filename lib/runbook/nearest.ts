import { suggest } from '#lib/config/suggest.ts';

/** Names are short; comparing anything longer would cost more than it could tell. */
const MAX_NAME = 64;

/** The candidate that was probably meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return word.length > MAX_NAME ? undefined : suggest(word, candidates);
}

const MAX_LISTED = 12;

/** What there is to choose from, as far as a reader takes it in. */
export function listed(names: readonly string[]): string {
  if (names.length <= MAX_LISTED) return names.join(', ');
  return `${names.slice(0, MAX_LISTED).join(', ')} and ${names.length - MAX_LISTED} more`;
}

/** What stands in a file, as far as an error shows it. */
export function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
