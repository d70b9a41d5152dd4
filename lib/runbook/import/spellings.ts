/** Names of the source in the spelling that the format wants. */

/** `ScaleUp Service` is scale-up-service. */
function toKebab(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
}

export function toRunbookName(text: string): string {
  return toKebab(text) || 'imported';
}

/** Ids that fit are kept as they are: people know them by that name. */
export function toStepId(text: string, taken: ReadonlySet<string>): string {
  const kept = /^[a-z][a-z0-9_-]{0,62}$/.test(text) ? text : toKebab(text).replace(/^(?=[^a-z]|$)/, 'step-');
  const id = kept.replace(/-+$/, '').slice(0, 58);
  if (!taken.has(id)) return id;
  let count = 2;
  while (taken.has(`${id}-${count}`)) count += 1;
  return `${id}-${count}`;
}

/** `DesiredCount` is desiredCount. */
export function toParameterName(text: string): string {
  const word = text.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^[^A-Za-z]+/, '');
  const leading = /^[A-Z]+(?![a-z])|^[A-Z]/.exec(word)?.[0] ?? '';
  return (leading.toLowerCase() + word.slice(leading.length)).slice(0, 63);
}
