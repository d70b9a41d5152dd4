import { badRequest } from './api/status.ts';
import { type KubeObject, type Labels, namespaceOf, type Selector } from './objects.ts';

type Requirement = NonNullable<Selector['matchExpressions']>[number];

/** A selector that asks for nothing matches nothing: the controllers would otherwise take every pod. */
export function matchesSelector(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Labels = {},
): boolean {
  const equal = Object.entries(matchLabels);
  if (equal.length + matchExpressions.length === 0) return false;
  return (
    equal.every(([key, value]) => labels[key] === value) && matchExpressions.every((r) => meets(labels, r))
  );
}

/** As in `labelSelector=app=web,tier in (a,b),!canary`. */
export function parseLabelSelector(text: string): (labels?: Labels) => boolean {
  const requirements = splitOutsideParentheses(text).map(parseRequirement);
  return (labels = {}) => requirements.every((requirement) => meets(labels, requirement));
}

/** As in `fieldSelector=metadata.name=web-1`. */
export function parseFieldSelector(text: string): (object: KubeObject) => boolean {
  const terms = text.split(',').filter(Boolean).map(parseTerm);
  return (object) => terms.every(({ read, equals, value }) => (read(object) === value) === equals);
}

const fields: Readonly<Record<string, (object: KubeObject) => string | undefined>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': namespaceOf,
  'status.phase': ({ status }) => ('phase' in status ? status.phase : undefined),
};

function parseTerm(term: string) {
  const [, field = '', operator = '', value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
  const read = fields[field];
  if (!read) throw badRequest(`field label not supported: ${field || term}`);
  return { read, equals: operator !== '!=', value };
}

const KEY = String.raw`([\w./-]+)`;
const SET = new RegExp(String.raw`^${KEY}\s+(in|notin)\s*\(([^()]*)\)$`);
const EQUAL = new RegExp(String.raw`^${KEY}\s*(==|=|!=)\s*([\w.-]*)$`);
const EXISTS = new RegExp(`^(!?)${KEY}$`);

function parseRequirement(text: string): Requirement {
  const [, setKey, isIn, list = ''] = SET.exec(text) ?? [];
  if (setKey) {
    const values = list.split(',').map((value) => value.trim());
    return { key: setKey, operator: isIn === 'in' ? 'In' : 'NotIn', values };
  }
  const [, key, operator, value = ''] = EQUAL.exec(text) ?? [];
  if (key) return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
  const [, not, bare] = EXISTS.exec(text) ?? [];
  if (bare) return { key: bare, operator: not ? 'DoesNotExist' : 'Exists' };
  throw badRequest(`unable to parse requirement: ${text}`);
}

function meets(labels: Labels, { key, operator, values = [] }: Requirement): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

function splitOutsideParentheses(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter(Boolean);
}
