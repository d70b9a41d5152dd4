/** Pieces of the lines that people read. */

const NOTHING_CHANGED = /[.\s]*(nothing (was )?changed)?[.\s]*$/i;

/** Refusals and failures come with and without a full stop, and some say already that nothing changed. */
export function notDone(reason: string): string {
  const why = whyOf(reason);
  return why === '' ? 'Not done. Nothing changed.' : `Not done: ${why}. Nothing changed.`;
}

/** What the action has done stays as it is. */
export function notUndone(reason: string): string {
  const why = whyOf(reason);
  return why === '' ? 'Not undone. What was done stays.' : `Not undone: ${why}. What was done stays.`;
}

const whyOf = (reason: string): string => reason.replace(NOTHING_CHANGED, '');

/** `head: detail`, or the head alone. */
export function withDetail(head: string, detail: string): string {
  return detail === '' ? head : `${head}: ${detail}`;
}

/** With its day only where that is another one. */
export function clockTime(time: Date | undefined, seenAt: Date | undefined): string {
  if (!isTime(time)) return 'an unknown time';
  const [day = '', clock = ''] = time.toISOString().split(/[T.]/);
  const sameDay = isTime(seenAt) && seenAt.toISOString().startsWith(day);
  return sameDay ? `${clock}Z` : `${day} ${clock}Z`;
}

/** auto_execute, out of AUTO_EXECUTE. What a newer version says stays recognisable as such. */
export function enumWord(names: Readonly<Record<string, number>>, value: number): string {
  const name = Object.keys(names).find((key) => names[key] === value);
  if (name === undefined || name === 'UNRECOGNIZED') return 'unrecognized';
  return name.toLowerCase();
}

export const spoken = (word: string): string => word.replaceAll('_', ' ');

function isTime(time: Date | undefined): time is Date {
  return time !== undefined && !Number.isNaN(time.getTime());
}
