import type { Fault } from './fault.ts';
import { nearest } from './nearest.ts';
import { INCIDENT_NAMES, parseTemplate } from './placeholders.ts';

/** Queries may hold names, and only where they are quoted: what is looked up never becomes part of the query. */
export function checkMetric(
  metric: Readonly<Record<string, unknown>>,
  parameters: readonly string[],
): readonly Fault[] {
  return Object.entries(metric).flatMap(([key, value]): readonly Fault[] => {
    if (typeof value === 'object' && value !== null)
      return checkMetric(value as Record<string, unknown>, parameters).map((fault) => ({
        ...fault,
        path: [key, ...fault.path],
      }));
    const message = typeof value === 'string' ? textFault(key, value, parameters) : undefined;
    return message === undefined ? [] : [{ path: [key], code: 'bad_placeholder', message }];
  });
}

function textFault(key: string, text: string, parameters: readonly string[]): string | undefined {
  const parts = parseTemplate(text);
  if (!parts) return 'a ${ that is no placeholder, write ${NAME} or ${parameterName}';
  const known = [...INCIDENT_NAMES, ...parameters];
  let before = '';
  for (const part of parts) {
    if ('text' in part) {
      before += part.text;
      continue;
    }
    if (!known.includes(part.name)) return unknownName(part.name, known);
    if (key === 'query' && !isInQuotes(before)) return `\${${part.name}} stands outside quotes, quote it`;
  }
  return undefined;
}

function unknownName(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const next = near === undefined ? 'declare it in spec.parameters' : `did you mean ${near}?`;
  return `\${${name}} is neither of the incident nor a parameter, ${next}`;
}

/** Whether the text leaves a quote open. */
function isInQuotes(text: string): boolean {
  let open = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '\\' && open !== '' && open !== '`') index += 1;
    else if (open === character) open = '';
    else if (open === '' && '"\'`'.includes(character)) open = character;
  }
  return open !== '';
}
