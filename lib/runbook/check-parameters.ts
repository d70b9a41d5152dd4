import type { Fault } from './fault.ts';
import { fitParameter, TYPE_WORDS } from './fit-parameter.ts';
import { excerpt } from './nearest.ts';
import { isIncidentName } from './placeholders.ts';
import type { ParameterSource } from './schema/parameters.ts';

/** A parameter whose default and choices it would itself accept. */
export function checkParameter(name: string, parameter: ParameterSource): readonly Fault[] {
  const { default: fallback, allowedValues, pattern } = parameter;
  const faults: Fault[] = [];
  if (isIncidentName(name))
    faults.push({
      path: [],
      code: 'bad_key',
      message: `${name} is what the incident says, choose another name`,
    });
  const unsafe = pattern === undefined ? undefined : patternFault(pattern);
  if (unsafe) return [...faults, { path: ['pattern'], code: 'bad_pattern', message: unsafe }];
  const shape = { ...parameter, default: undefined, allowedValues, pattern, description: '' };
  const check = (path: Fault['path'], value: string | number | boolean, choices = allowedValues): void => {
    const fitted = fitParameter({ ...shape, allowedValues: choices }, value);
    if ('why' in fitted)
      faults.push({
        path,
        code: 'bad_parameter',
        message: `${fitted.why}, got ${excerpt(value)}, change one of them`,
      });
    else if (typeof fitted.value !== typeof value)
      faults.push({
        path,
        code: 'bad_parameter',
        message: `is not ${TYPE_WORDS[parameter.type]}, got ${excerpt(value)}, mind the quotes`,
      });
  };
  allowedValues?.forEach((value, index) => check(['allowedValues', index], value, undefined));
  if (String(fallback).includes('${'))
    faults.push({
      path: ['default'],
      code: 'bad_parameter',
      message: 'a default is a value, it is not looked up, write it out',
    });
  if (fallback !== undefined) check(['default'], fallback);
  return faults;
}

const MAX_REPEATS = 3;
const MAX_OPTIONAL = 8;

/**
 * A pattern is matched against what incidents say, so it must not be one that a clever value makes slow: no
 * repetition of a group, few repetitions, and nothing that looks around or back.
 */
function patternFault(pattern: string): string | undefined {
  if (!isRegExp(pattern)) return 'is not a regular expression, mend it';
  if (/\(\?[=!<]|\\[1-9k]/.test(pattern)) return 'looks around or back, write it without';
  if (/\)[*+{]/.test(pattern)) return 'repeats a group, which some value would make slow, write it without';
  const count = (part: RegExp): number => pattern.match(part)?.length ?? 0;
  const isSlow = count(/(?<!\\)[*+]|\{\d+,\d*\}/g) > MAX_REPEATS || count(/(?<![\\(])\?/g) > MAX_OPTIONAL;
  return isSlow ? 'repeats too often, which some value would make slow, shorten it' : undefined;
}

function isRegExp(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
