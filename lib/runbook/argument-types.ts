import type { ArgumentValue } from './runbook.ts';

/**
 * Where an argument goes decides what it may be. A value that does not fit its destination is refused, never
 * quoted into shape: no destination takes text that a shell, a path or a query would read as anything more.
 */
export type ArgumentTypeName = keyof typeof TYPES;

export interface ArgumentType {
  /** For messages: expected <this>. */
  readonly expected: string;
  /** The value in its destination's type, or undefined where it does not fit. */
  readonly accept: (value: ArgumentValue) => ArgumentValue | undefined;
  /** What may stand in for `${NAME}` inside a longer text; undefined where only the whole may be one. */
  readonly escape?: (value: string) => string | undefined;
}

export function argumentType(name: ArgumentTypeName): ArgumentType {
  return TYPES[name];
}

const MAX_TEXT = 4_096;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** AWS names, ids and ARNs. Starting with a letter or digit: nothing can pass for an option. */
const AWS_NAME = /^[A-Za-z0-9][\w.:/@+=,-]{0,2047}$/;
/** What survives being pasted into a script by a document that we do not see. */
const INERT = /^[A-Za-z0-9_][\w.:/@-]{0,1023}$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\u2028\u2029]/;

const matching =
  (pattern: RegExp) =>
  (value: ArgumentValue): ArgumentValue | undefined =>
    typeof value === 'string' && pattern.test(value) ? value : undefined;

const asIs = (value: string): string => value;

const PATH = /^\/(?!.*(^|\/)\.{1,2}(\/|$))[\w./ -]{1,1023}$/;

const TYPES = {
  kubernetesName: {
    expected: 'a Kubernetes name (lower-case letters, digits, - and .)',
    accept: matching(SUBDOMAIN),
    escape: asIs,
  },
  kubernetesNamespace: {
    expected: 'a Kubernetes namespace (lower-case letters, digits and -)',
    accept: matching(LABEL),
    escape: asIs,
  },
  awsName: {
    expected: 'an AWS name, id or ARN',
    accept: matching(AWS_NAME),
    escape: (value) => (AWS_NAME.test(value) ? value : undefined),
  },
  integer: { expected: 'a whole number', accept: toInteger },
  number: { expected: 'a number', accept: toNumber },
  boolean: { expected: 'true or false', accept: toBoolean },
  text: {
    expected: `a text of at most ${MAX_TEXT} characters without control characters`,
    accept: (value) => (typeof value === 'string' && isPlainText(value) ? value : undefined),
    escape: asIs,
  },
  textList: { expected: 'a list of texts', accept: toTextList, escape: asIs },
  awsNameList: {
    expected: 'a list of AWS names or ids',
    accept: (value) => everyOf(value, (item) => AWS_NAME.test(item)),
    escape: (value) => (AWS_NAME.test(value) ? value : undefined),
  },
  argv: {
    expected: 'a list of arguments, each handed over as it is and read by no shell',
    accept: toTextList,
    // Where it begins an argument, a value must not become an option of the program.
    escape: (value) => (value.startsWith('-') ? undefined : value),
  },
  program: {
    expected: 'the absolute path of a program',
    accept: matching(/^\/(?!.*(^|\/)\.{1,2}(\/|$))[\w./-]{1,255}$/),
  },
  path: {
    expected: 'an absolute path without ..',
    accept: matching(PATH),
  },
  pathList: {
    expected: 'a list of absolute paths without ..',
    accept: (value) => everyOf(value, (item) => PATH.test(item)),
  },
  url: {
    expected: 'an http or https URL',
    accept: (value) => (typeof value === 'string' && isHttpUrl(value) ? value : undefined),
    // A dot segment would walk up the path that the author wrote.
    escape: (value) => (/^\.{1,2}$/.test(value) ? undefined : encodeURIComponent(value)),
  },
  json: {
    expected: 'a section, or a text that is JSON',
    accept: (value) => (typeof value === 'string' && isJson(value) ? value : undefined),
    escape: (value) => JSON.stringify(value).slice(1, -1),
  },
  // Documents paste these into scripts: only what a shell reads as one plain word goes through.
  documentParameters: {
    expected: 'a section of parameters of the document',
    accept: (value) => (typeof value === 'string' && isJson(value) ? value : undefined),
    escape: (value) => (INERT.test(value) ? value : undefined),
  },
} as const satisfies Readonly<Record<string, ArgumentType>>;

function toInteger(value: ArgumentValue): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

function toNumber(value: ArgumentValue): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function toBoolean(value: ArgumentValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' || (value === 'false' ? false : undefined);
}

function toTextList(value: ArgumentValue): ArgumentValue | undefined {
  return everyOf(value, isPlainText);
}

function everyOf(value: ArgumentValue, fits: (item: string) => boolean): ArgumentValue | undefined {
  return typeof value === 'object' && value.every(fits) ? value : undefined;
}

function isPlainText(text: string): boolean {
  return text.length <= MAX_TEXT && !CONTROL.test(text);
}

function isHttpUrl(text: string): boolean {
  if (text.length > 2_048 || !/^https?:\/\/[^\s\\]+$/.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return text.length <= MAX_TEXT;
  } catch {
    return false;
  }
}
