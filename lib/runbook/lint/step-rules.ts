import { placeholdersIn } from '../placeholders.ts';
import type { Action, Runbook } from '../runbook.ts';
import { error, type LintRule, warning } from './lint-rule.ts';
import { longestRunSeconds } from '../step-facts.ts';

const MAX_RUN_SECONDS = 3_600;

export const runsTooLong: LintRule = (runbook) => {
  const longest = longestRunSeconds(runbook);
  if (longest <= MAX_RUN_SECONDS) return [];
  const message = `the steps may take ${longest} s with all retries and are stopped after ${MAX_RUN_SECONDS} s, shorten their timeouts or split the runbook`;
  return [error(['steps'], 'runs_too_long', message)];
};

const POD_ACTIONS = new Set(['kubernetes.deletePod', 'kubernetes.evictPod']);

/** What undoes the fix has to be there. */
export const rollbackClaim: LintRule = ({ rollback: { type }, steps }) => {
  const undone = steps.some((step) => step.rollback);
  const path = ['rollback', 'type'];
  if (type === 'steps' && !undone)
    return [
      error(path, 'rollback_missing', 'no step has a rollback, so nothing is undone, add one or write none'),
    ];
  const other = steps.find((step) => !POD_ACTIONS.has(step.action) && !step.rollback);
  if (type === 'controller_recreates_pod' && other)
    return [
      error(
        path,
        'rollback_missing',
        `no controller undoes ${other.action}, add a rollback to step ${other.id}`,
      ),
    ];
  if (type === 'none' && undone)
    return [
      warning(
        path,
        'rollback_unused',
        'steps have a rollback, and this says that there is none, write steps',
      ),
    ];
  return [];
};

export const unusedParameter: LintRule = (runbook) => {
  const used = new Set(textsOf(runbook).flatMap(placeholdersIn));
  return Object.entries(runbook.parameters).flatMap(([name, { required }]) => {
    if (used.has(name) || required) return [];
    return [
      warning(['parameters', name], 'unused_parameter', `nothing uses \${${name}}, use it or remove it`),
    ];
  });
};

function textsOf({ steps, verification }: Runbook): readonly string[] {
  const actions: readonly Action[] = steps.flatMap((step) =>
    step.rollback ? [step, step.rollback] : [step],
  );
  const values: readonly unknown[] = [
    ...actions.flatMap((action) => Object.values(action.with)),
    ...verification.checks.map(({ metric }) => metric),
  ];
  return values.map((value) => JSON.stringify(value) ?? '');
}

/** Runbooks within runbooks: each has to be there, and none may lead back to itself. */
export const nestedRunbooks: LintRule = (runbook, { byName }) => {
  return runbook.steps.flatMap((step, index) => {
    const name = nestedName(step);
    if (name === undefined) return [];
    const path = ['steps', index, 'with', 'name'];
    const nested = byName.get(name);
    if (!nested)
      return [error(path, 'unknown_runbook', `there is no runbook ${name}, mend the name or add it`)];
    if (!leadsTo(runbook.name, nested, byName)) return [];
    return [
      error(
        path,
        'runbook_cycle',
        `${name} leads back to ${runbook.name}, which would never end, remove one of them`,
      ),
    ];
  });
};

function nestedName(step: Action): string | undefined {
  return step.action === 'belay.runbook' ? String(step.with['name']) : undefined;
}

function leadsTo(target: string, from: Runbook, byName: ReadonlyMap<string, Runbook>): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.name === target) return true;
    if (seen.has(next.name)) continue;
    seen.add(next.name);
    waiting.push(...next.steps.map(nestedName).flatMap((name) => byName.get(name ?? '') ?? []));
  }
  return false;
}

export const reviewDue: LintRule = ({ reviewBy }, { now }) => {
  if (reviewBy === undefined || !now || now.toISOString().slice(0, 10) <= reviewBy) return [];
  return [
    warning(
      ['reviewBy'],
      'review_due',
      `the review was due on ${reviewBy}, read the runbook again and set a new date`,
    ),
  ];
};
