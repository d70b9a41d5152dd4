/** What a runbook may look up besides its own parameters. All of it describes the incident. */
export const INCIDENT_NAMES = [
  'INCIDENT_ID',
  'SERVICE',
  'NAMESPACE',
  'RESOURCE_KIND',
  'RESOURCE_NAME',
  'POD_NAME',
  'DEPLOYMENT',
] as const;

export type IncidentName = (typeof INCIDENT_NAMES)[number];

export function isIncidentName(name: string): name is IncidentName {
  return (INCIDENT_NAMES as readonly string[]).includes(name);
}

/** `${NAME}`, `${parameter}` or, in a rollback, `${before.fact}`. */
const PLACEHOLDER = /\$\{([^{}]*)\}/g;
const NAME = /^(?:before\.)?[A-Za-z_][A-Za-z0-9_]{0,63}$/;

export type TemplatePart = { readonly text: string } | { readonly name: string };

/** A text as its literal parts and its placeholders, or undefined where a `${` is not a placeholder. */
export function parseTemplate(text: string): readonly TemplatePart[] | undefined {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    const name = match[1] ?? '';
    if (!NAME.test(name)) return undefined;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ name });
    end = match.index + match[0].length;
  }
  if (end < text.length || parts.length === 0) parts.push({ text: text.slice(end) });
  return parts.some((part) => 'text' in part && part.text.includes('${')) ? undefined : parts;
}

export function placeholdersIn(text: string): readonly string[] {
  return (parseTemplate(text) ?? []).flatMap((part) => ('name' in part ? [part.name] : []));
}

/** The fact that a whole value stands for: read from the state before, by whoever undoes the step. */
export function beforeFact(text: string): string | undefined {
  return /^\$\{before\.([A-Za-z_][A-Za-z0-9_]{0,63})\}$/.exec(text)?.[1];
}
