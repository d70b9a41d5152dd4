import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { parameterSpec } from './action-catalogue.ts';
import type { Action, ArgumentValue, Runbook, Step, TimeWindow, VerificationCheck } from './runbook.ts';
import { msToDuration } from './schema/duration.ts';
import { API_VERSION, KIND, runbookFile } from './schema/runbook-file.ts';
import { step as stepSchema } from './schema/steps.ts';
import { timeWindow } from './schema/windows.ts';

/** The runbook as a file that loads to the same runbook. What has its default is left out. */
export function printRunbook(runbook: Runbook): string {
  const file = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: runbook.name },
    spec: specOf(runbook),
  };
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

type Section = Readonly<Record<string, unknown>>;

/** Said even where it is the default: people look for it. */
const ALWAYS = new Set(['type', 'intent', 'owner', 'risk', 'decisionMode']);

function specOf(runbook: Runbook): Section {
  const { approval, steps, verification, rollback, preChecks, triggers } = runbook;
  const spec: Section = {
    type: runbook.type,
    intent: runbook.intent,
    owner: runbook.owner,
    risk: runbook.risk,
    decisionMode: runbook.decisionMode,
    triggers: triggers.minimumConfidence === 1 ? { ...triggers, minimumConfidence: undefined } : triggers,
    scope: runbook.scope,
    guardrails: guardrailsOf(runbook),
    preChecks: preChecks.map(({ name, expression }) =>
      expression === undefined ? name : { name, expression },
    ),
    parameters: Object.fromEntries(
      Object.entries(runbook.parameters).map(([name, parameter]) => [name, without(parameter, PARAMETER)]),
    ),
    prerequisites: runbook.prerequisites,
    approval: approval && { ...approval, timerMs: undefined, timer: msToDuration(approval.timerMs) },
    steps: steps.map(stepOf),
    verification: { ...verification, checks: verification.checks.map(checkOf) },
    rollback: { type: rollback.type, notes: rollback.notes || undefined },
    escalation: runbook.escalation,
    schedule: runbook.schedule,
    reviewBy: runbook.reviewBy,
    tags: runbook.tags,
    dependencies: runbook.dependencies,
  };
  return { ...without(spec, DEFAULTS), ...pick(spec, ALWAYS) };
}

const MINIMAL = {
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name: 'x' },
  spec: { intent: 'x', owner: 'x', steps: [{ id: 'x' }] },
};
const DEFAULTS: Section = runbookFile.parse(MINIMAL).spec;
const STEP: Section = stepSchema.parse({ id: 'x' });
const WINDOW: Section = timeWindow.parse({ from: '00:00', to: '24:00' });
const PARAMETER: Section = { type: 'string', required: false, description: '' };
const CHECK: Section = { samples: 1, intervalSeconds: 10 };

/** The fields that say something else than the default, sections field by field. */
function without(section: object, defaults: Section): Section {
  const kept = Object.entries(section).flatMap(([key, value]: [string, unknown]) => {
    const fallback = Object.hasOwn(defaults, key) ? defaults[key] : undefined;
    if (value === undefined || (!ALWAYS.has(key) && isDeepStrictEqual(value, fallback))) return [];
    if (!isSection(value) || !isSection(fallback) || FREE.has(key)) return [[key, value] as const];
    const inner = without(value, fallback);
    return Object.keys(inner).length === 0 ? [] : [[key, inner] as const];
  });
  return Object.fromEntries(kept);
}

/** Sections whose keys are the author's. */
const FREE = new Set(['parameters', 'requiredLabels', 'with', 'dimensions']);

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pick(section: Section, keys: ReadonlySet<string>): Section {
  return Object.fromEntries(Object.entries(section).filter(([key]) => keys.has(key)));
}

function guardrailsOf({ guardrails }: Runbook): Section {
  const { allowedWindows, blackoutWindows } = guardrails;
  return {
    ...guardrails,
    allowedWindows: allowedWindows.map(windowOf),
    blackoutWindows: blackoutWindows.map(windowOf),
  };
}

function windowOf({ from, to, ...rest }: TimeWindow): Section {
  return { ...without(rest, WINDOW), from, to };
}

function stepOf(step: Step): Section {
  const { id, name, action, with: given, rollback, ...rest } = step;
  const printed = {
    id,
    name: name === id ? undefined : name,
    action,
    with: argumentsOf({ action, with: given }),
    ...rest,
    rollback: rollback && { action: rollback.action, with: argumentsOf(rollback) },
  };
  return without(printed, { ...STEP, id: undefined });
}

function argumentsOf(action: Action): Section | undefined {
  const entries = Object.entries(action.with);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, argumentOf(action.action, name, value)]));
}

/** JSON that people wrote as a section is printed as one, where that loads to the same text. */
function argumentOf(action: string, name: string, value: ArgumentValue): unknown {
  const type = parameterSpec(action, name)?.type;
  if ((type !== 'json' && type !== 'documentParameters') || typeof value !== 'string') return value;
  const section: unknown = JSON.parse(value);
  return isSection(section) && JSON.stringify(section) === value ? section : value;
}

function checkOf(check: VerificationCheck): unknown {
  const { name, expect, metric, samples, intervalSeconds, baselineSeconds } = check;
  const baseline = metric ? 300 : 0;
  const printed = without(
    { name, metric, baselineSeconds, expect, samples, intervalSeconds },
    { ...CHECK, baselineSeconds: baseline },
  );
  return Object.keys(printed).length === 1 ? name : printed;
}
