import { parse, plan } from '@bufbuild/cel';
import { conditionEnvironment } from './environment.ts';

const MAX_PATTERN = 200;
/** A counted repetition is written out when it is compiled. */
const MAX_REPEATS = 100;

/** What is wrong with a text that is written out as an argument. */
export function literalFault(name: string, text: string): string | undefined {
  if (name === 'matches') return patternFault(text);
  if (name === 'timestamp') {
    const isTime =
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) && !Number.isNaN(Date.parse(text));
    return isTime ? undefined : `${JSON.stringify(text)} is no time, write 2027-01-31T00:00:00Z`;
  }
  return isTimeZone(text) ? undefined : `${JSON.stringify(text)} is no time zone, write Europe/Berlin or UTC`;
}

function patternFault(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN) return `the pattern is longer than ${MAX_PATTERN} characters, shorten it`;
  const repeats = [...pattern.matchAll(/\{(\d*),?(\d*)\}/g)].flatMap((match) =>
    match.slice(1, 3).map(Number),
  );
  if (repeats.reduce((sum, count) => sum + count, 0) > MAX_REPEATS)
    return `the pattern repeats more than ${MAX_REPEATS} times, use * or +`;
  const compiles = plan(conditionEnvironment, parse(`''.matches(${JSON.stringify(pattern)})`))();
  return typeof compiles === 'boolean' ? undefined : `${JSON.stringify(pattern)} is no RE2 pattern, mend it`;
}

function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
