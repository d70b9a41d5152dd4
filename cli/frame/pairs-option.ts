import { usageError } from './usage-error.ts';

/** key=value, as often as it is given. Of a key that comes twice nobody knows which one was meant. */
export function pairsOption(
  option: string,
  pairs: readonly string[] | undefined,
  help: string,
): Record<string, string> {
  const found = new Map<string, string>();
  for (const pair of pairs ?? []) {
    const at = pair.indexOf('=');
    if (at < 1) throw usageError(`${option} ${pair} is not key=value`, { help });
    const key = pair.slice(0, at);
    if (found.has(key)) throw usageError(`${option} ${key} is given twice`, { help });
    found.set(key, pair.slice(at + 1));
  }
  return Object.fromEntries(found);
}
