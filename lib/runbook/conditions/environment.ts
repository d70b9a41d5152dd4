import { type CelFunc, CelScalar, celEnv, celFunc, celMethod, objectType } from '@bufbuild/cel';
import { timestampDate, TimestampSchema } from '@bufbuild/protobuf/wkt';

const { DOUBLE, INT, STRING } = CelScalar;

function arithmetic(): CelFunc[] {
  const finite = (operator: string, compute: (a: number, b: number) => number): CelFunc =>
    celFunc(operator, [DOUBLE, DOUBLE], DOUBLE, (a, b) => {
      const result = compute(a, b);
      if (!Number.isFinite(result)) throw new Error('the result is not a finite number');
      return result;
    });
  return [
    finite('_+_', (a, b) => a + b),
    finite('_-_', (a, b) => a - b),
    finite('_*_', (a, b) => a * b),
    finite('_/_', (a, b) => a / b),
  ];
}

/** CEL counts days of the month (getDate), weekdays from Sunday = 0, months from 0. */
const FIELDS: Readonly<Record<string, (parts: ReadonlyMap<string, string>) => number>> = {
  getFullYear: (parts) => Number(parts.get('year')),
  getMonth: (parts) => Number(parts.get('month')) - 1,
  getDate: (parts) => Number(parts.get('day')),
  getHours: (parts) => Number(parts.get('hour')),
  getMinutes: (parts) => Number(parts.get('minute')),
  getDayOfWeek: (parts) => WEEKDAYS.indexOf(parts.get('weekday') ?? ''),
};

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function zonedTimes(): CelFunc[] {
  return Object.entries(FIELDS).map(([name, read]) =>
    celMethod(name, objectType(TimestampSchema), [STRING], INT, function (zone) {
      const parts = partsIn(zone).formatToParts(timestampDate(this.message));
      return BigInt(read(new Map(parts.map(({ type, value }) => [type, value]))));
    }),
  );
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Zones are literals of reviewed expressions: there are few of them, and a format is dear to make. */
function partsIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

/**
 * The evaluator with two corrections. Arithmetic that leaves the numbers (0 / 0, overflow) is an error: every
 * comparison with NaN is false, so its negation would hold. And times are read in the zone that is named:
 * the library goes through the host's own zone, whose clock changes would shift the hour.
 */
export const conditionEnvironment = celEnv({ funcs: [...arithmetic(), ...zonedTimes()] });
