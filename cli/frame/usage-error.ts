import type { CommanderError } from 'commander';
import { suggest } from '#lib/config/suggest.ts';
import { BelayError } from '#lib/errors.ts';

/** What was typed cannot be meant. `help` is the path of the command whose help says what can. */
export function usageError(
  message: string,
  { next, help }: { next?: string | undefined; help: string },
): BelayError {
  const command = ['belay', ...(help === '' ? [] : [help]), '--help'].join(' ');
  const advice = next === undefined ? command : `${next} See ${command}`;
  return new BelayError('invalid', message, { code: 'USAGE', next: advice });
}

/** The parser's complaint in our form, with what was probably meant: `names` are the words known there. */
export function fromCommander(error: CommanderError, help: string, names: readonly string[]): BelayError {
  const message = error.message.replace(/^error: /, '');
  const meant = nearestChoice(message) ?? nearestName(message, names);
  return usageError(message, { help, next: meant === undefined ? undefined : `did you mean ${meant}?` });
}

function nearestChoice(message: string): string | undefined {
  const [, given, choices] = /'([^']*)' is invalid.* Allowed choices are (.*)\.$/s.exec(message) ?? [];
  return given === undefined || choices === undefined ? undefined : suggest(given, choices.split(', '));
}

function nearestName(message: string, names: readonly string[]): string | undefined {
  const [, given] = /^unknown (?:option|command) '([^']*)'/.exec(message) ?? [];
  return given === undefined ? undefined : suggest(given, names);
}
