/** The limits of minute, hour, day of month, month and day of week. */
const FIELDS: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];

/** Five fields of numbers, lists, ranges and steps. Names and macros differ from one cron to the next. */
export function isCron(text: string): boolean {
  const fields = text.trim().split(/ +/);
  return (
    fields.length === FIELDS.length && fields.every((field, index) => isField(field, FIELDS[index] ?? [0, 0]))
  );
}

function isField(field: string, limits: readonly [number, number]): boolean {
  return field.length <= 100 && field.split(',').every((part) => isPart(part, limits));
}

function isPart(part: string, [minimum, maximum]: readonly [number, number]): boolean {
  const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
  if (!match) return false;
  const [from, to, every] = match.slice(1).map((n) => (n === undefined ? undefined : Number(n)));
  const isInside = (n: number | undefined): boolean => n === undefined || (n >= minimum && n <= maximum);
  return isInside(from) && isInside(to) && (to ?? from ?? 0) >= (from ?? 0) && every !== 0;
}
