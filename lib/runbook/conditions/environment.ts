import { type CelFunc, CelScalar, celEnv, celFunc, celMethod, objectType } from '@bufbuild/cel';
import { timestampDate, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { zonedParts } from '../zoned-parts.ts';

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
      return BigInt(read(zonedParts(timestampDate(this.message), zone)));
    }),
  );
}

/**
 * The evaluator with two corrections. Arithmetic that leaves the numbers (0 / 0, overflow) is an error: every
 * comparison with NaN is false, so its negation would hold. And times are read in the zone that is named:
 * the library goes through the host's own zone, whose clock changes would shift the hour.
 */
export const conditionEnvironment = celEnv({ funcs: [...arithmetic(), ...zonedTimes()] });
