import { actionNames, actionSpec } from '#lib/runbook/action-catalogue.ts';
import { argumentType } from '#lib/runbook/argument-types.ts';
import type { ActionSpec, ParameterSpec } from '#lib/runbook/catalogue/action-spec.ts';
import { carriedOut, planned } from '#lib/runbook/catalogue/carried-out.ts';
import { scopes } from '#lib/runbook/conditions/fact-catalogue.ts';
import { type FactType, KIND_WORDS } from '#lib/runbook/conditions/fact-types.ts';
import { functionNames } from '#lib/runbook/conditions/functions.ts';
import { outcomeCheckNames, preCheckNames } from '#lib/runbook/named-checks.ts';
import { INCIDENT_NAMES } from '#lib/runbook/placeholders.ts';
import { runbookJsonSchema } from '#lib/runbook/schema/json-schema.ts';
import { markdownTable } from './markdown-table.ts';
import { type Field, fieldsBelow, limitsOf } from './schema-fields.ts';

/** docs/runbook-reference.md, from the schema and the catalogues. */
export function runbookReference(): string {
  return [HEAD, fieldsPart(), actionsPart(), checksPart(), factsPart()].join('\n\n').concat('\n');
}

const HEAD = `# Runbook reference

Every field, action, check and fact of a runbook. [runbooks](../runbooks) holds the eleven that ship, [runbook-schema.json](runbook-schema.json) completes and checks them in an editor, and \`belay runbook lint\` says what is wrong with one and where.

A field that is not listed here is an error, unless it starts with \`x-\`: that is a note of yours. Names of fields end in their unit. Confidence goes from 0 to 1, percent from 0 to 100. What the tables call carried out today is done by an executor or the verifier of this version, and what is planned today is worked out on live state for people to see; the rest can be written and reviewed, and is left to people.

This page is generated: \`npm run docs\`.`;

function fieldsPart(): string {
  const fields = fieldsBelow(runbookJsonSchema(), '');
  const sections = Map.groupBy(fields, ({ path }) => sectionOf(path));
  const parts = [...sections].map(([name, rows]) => `### ${name}\n\n${fieldTable(rows)}`);
  return ['## Fields', ...parts].join('\n\n');
}

function sectionOf(path: string): string {
  const [top = '', second] = path.split(/[.[]/).filter((part) => part !== ']');
  return top === 'spec' && second !== undefined && SECTIONS.has(second) ? `spec.${second}` : 'The runbook';
}

const SECTIONS = new Set([
  'triggers',
  'scope',
  'guardrails',
  'preChecks',
  'parameters',
  'action',
  'steps',
  'approval',
  'verification',
  'rollback',
  'escalation',
  'schedule',
]);

const fieldTable = (fields: readonly Field[]): string =>
  markdownTable(
    ['field', 'type', 'default', 'meaning'],
    fields.map(({ path, type, fallback, meaning }) => [`\`${path}\``, type, fallback, meaning]),
  );

function actionsPart(): string {
  const parts = actionNames().map((name) => {
    const spec = actionSpec(name);
    return spec ? actionSection(name, spec) : '';
  });
  return ['## Actions', ...parts].join('\n\n');
}

function actionSection(name: string, spec: ActionSpec): string {
  const { summary, parameters, choices = [], minimumRisk, isReversible, needsPerson, isReadOnly } = spec;
  const traits = [
    `At least ${minimumRisk} risk`,
    isReadOnly ? 'changes nothing' : isReversible ? 'can be undone' : 'cannot be undone by itself',
    ...(needsPerson ? ['never automatic'] : []),
    isListed(carriedOut.actions, name)
      ? 'carried out today'
      : isListed(planned.actions, name)
        ? 'planned today, not carried out yet'
        : 'no executor yet',
  ];
  const rows = Object.entries(parameters).map(([key, parameter]) => parameterRow(key, parameter));
  const notes = choices.map(({ of, isNeeded }) => {
    const names = of.map((one) => `\`${one}\``).join(', ');
    return `\n\n${isNeeded ? 'Exactly one' : 'At most one'} of ${names}.`;
  });
  const table = markdownTable(['argument', 'type', 'needed', 'meaning'], rows);
  return `### ${name}\n\n${summary} ${traits.join('; ')}.\n\n${table}${notes.join('')}`;
}

function parameterRow(name: string, spec: ParameterSpec): readonly string[] {
  const { type, required, allowedValues, isLiteral, needs, description } = spec;
  const what = allowedValues?.map((value) => `\`${value}\``).join(', ') ?? argumentType(type).expected;
  const limits = limitsOf(spec);
  const rules = [
    isLiteral ? 'Written out, nothing is looked up.' : '',
    needs ? `Needs ${needs.join(', ')}.` : '',
  ];
  return [
    `\`${name}\``,
    limits === '' ? what : `${what}, ${limits}`,
    required ? 'yes' : '',
    [description, ...rules].filter(Boolean).join(' '),
  ];
}

function checksPart(): string {
  const table = (
    names: Readonly<Record<string, string>>,
    today: readonly string[],
    inPlans: readonly string[] = [],
  ): string =>
    markdownTable(
      ['name', 'holds when', 'today'],
      Object.entries(names).map(([name, text]) => [
        `\`${name}\``,
        text,
        yes(isListed(today, name)) || (isListed(inPlans, name) ? 'in plans' : ''),
      ]),
    );
  return `## Checks known by name

### preChecks

Looked at on live state right before acting. A check that an executor cannot judge is a no.

${table(preCheckNames, carriedOut.preChecks, planned.preChecks)}

### verification.checks

Looked at afterwards. A check that nobody can judge is inconclusive, which is never a success.

${table(outcomeCheckNames, carriedOut.outcomeChecks)}`;
}

function factsPart(): string {
  const incident = INCIDENT_NAMES.map((name) => `\`\${${name}}\``).join(', ');
  const where = Object.entries(scopes).map(([name, facts]) => [
    WHERE[name] ?? name,
    namesOf(Object.keys(facts)),
  ]);
  const groups = Object.entries({ ...scopes.live, result: scopes.result.result });
  const parts = groups.map(([name, type]) => factSection(name, type)).filter((text) => text !== '');
  return `## What can be looked up

In arguments and queries: ${incident}, and every parameter by its name. In what undoes a step also \`\${before.<fact>}\`, as a whole value. A name that has no value leaves the runbook to people.

## Facts for conditions

Conditions are CEL. Numbers are doubles; they may be compared with whole numbers. A condition over a fact that is not known does not hold, and neither does its opposite. Functions: ${namesOf(functionNames)}.

${markdownTable(['where', 'facts'], where)}

${parts.join('\n\n')}`;
}

const WHERE: Readonly<Record<string, string>> = {
  live: '`preChecks`, `when`',
  metric: '`expect` of a check with a metric, where `before` and `after` are numbers',
  outcome: '`expect` of a check of the resource',
  result: '`validation` of a step',
};

function factSection(name: string, type: FactType): string {
  if (type.kind === 'map' && type.of.kind === 'section') {
    return `### ${name}['\\<service>']\n\n${factTable(type.of.fields, undefined)}`;
  }
  if (type.kind !== 'section' || name === 'before') return '';
  const isLive = name === 'live';
  const title = isLive ? 'live, before, after' : name;
  return `### ${title}\n\n${factTable(type.fields, isLive ? carriedOut.facts : undefined)}`;
}

/** With `today`, whether an executor reads it. */
function factTable(fields: Readonly<Record<string, FactType>>, today: readonly string[] | undefined): string {
  const rows = Object.entries(fields).map(([name, type]) => [
    `\`${name}\``,
    KIND_WORDS[type.kind],
    ...(today ? [yes(today.includes(name))] : []),
  ]);
  return markdownTable(['fact', 'type', ...(today ? ['read today'] : [])], rows);
}

const namesOf = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const isListed = (names: readonly string[], name: string): boolean => names.includes(name);
const yes = (is: boolean): string => (is ? 'yes' : '');
