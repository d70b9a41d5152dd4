import { checkAction, type NamesInScope } from './check-action.ts';
import { checkExpression } from './check-conditions.ts';
import { below, type Fault } from './fault.ts';
import { KUBECTL_FORMS, kubectlAction } from './kubectl-command.ts';
import type { Action, Step } from './runbook.ts';
import type { SpecParts } from './salvage.ts';
import type { Path } from './yaml-reader.ts';

type SourceStep = SpecParts['steps'][number]['item'];
type SourceAction = Pick<SourceStep, 'action' | 'command' | 'with'>;

export interface Steps {
  readonly steps: readonly Step[];
  /** With paths from the spec on. */
  readonly faults: readonly Fault[];
}

/** The steps with shorthand resolved and every argument checked against the catalogue. */
export function toSteps(parts: SpecParts): Steps {
  const { action, parameterNames: parameters } = parts;
  const single = action && { path: ['action'], source: { ...SINGLE, ...action } };
  const listed = parts.steps.map(({ index, item }) => ({ path: ['steps', index], source: item }));
  const read = (single ? [single, ...listed] : listed).map(({ path, source }) => {
    const { step, faults } = toStep(source, parameters);
    return { step, path, faults: below(path, faults) };
  });
  return {
    steps: read.map(({ step }) => step),
    faults: [...presence(parts), ...read.flatMap(({ faults }) => faults), ...repeatedIds(read)],
  };
}

const SINGLE = {
  id: 'action',
  name: undefined,
  description: '',
  when: undefined,
  validation: undefined,
  retries: 0,
  required: true,
  rollback: undefined,
} as const;

function presence({ has, isThere }: SpecParts): readonly Fault[] {
  if (!isThere) return [];
  if (has('action') && has('steps'))
    return [fault(['action'], 'both action and steps are given, move the action into steps')];
  if (has('action') || has('steps')) return [];
  return [fault([], 'nothing to do, add steps')];
}

function toStep(source: SourceStep, parameters: readonly string[]): { step: Step; faults: readonly Fault[] } {
  const { id, name = id, description, when, validation, timeoutSeconds, retries, required } = source;
  const done = resolveAction(source, { parameters, isRollback: false });
  const undone = source.rollback && resolveAction(source.rollback, { parameters, isRollback: true });
  const faults = [
    ...done.faults,
    ...(undone ? below(['rollback'], undone.faults) : []),
    ...(when === undefined ? [] : checkExpression(when, 'live', ['when'])),
    ...(validation?.type === 'expression'
      ? checkExpression(validation.expression, 'result', ['validation', 'expression'])
      : []),
  ];
  const rest = { when, validation, timeoutSeconds, retries, required, rollback: undone?.action };
  return { step: { id, name, description, ...done.action, ...rest }, faults };
}

function resolveAction(
  { action, command, with: given }: SourceAction,
  names: NamesInScope,
): { action: Action; faults: readonly Fault[] } {
  const nothing = { action: '', with: {} };
  if (action !== undefined && command !== undefined)
    return { action: nothing, faults: [fault(['command'], 'both action and command are given, keep one')] };
  if (action !== undefined) return checkAction(action, given ?? {}, names);
  if (command === undefined)
    return { action: nothing, faults: [fault([], 'no action, add one from the catalogue')] };
  const shorthand = kubectlAction(command);
  if (!shorthand) return { action: nothing, faults: [unknownCommand(command)] };
  const checked = checkAction(shorthand.action, shorthand.with, names);
  const faults: Fault[] = checked.faults.map(({ path, code, message }) => {
    const name = path[1] === undefined ? '' : `${String(path[1])} `;
    return { path: ['command'], code, message: `${name}${message}` };
  });
  if (given) faults.push(fault(['with'], 'a command brings its arguments itself, use action instead'));
  return { action: checked.action, faults };
}

function unknownCommand(command: string): Fault {
  const why = command.trim().startsWith('kubectl ')
    ? `known are ${KUBECTL_FORMS}`
    : 'no shell runs here, use an action of the catalogue, such as shell.command';
  return fault(['command'], `this command has no action, ${why}`, 'unknown_command');
}

function repeatedIds(steps: readonly { readonly step: Step; readonly path: Path }[]): readonly Fault[] {
  const seen = new Set<string>();
  return steps.flatMap(({ step: { id }, path }) => {
    if (id === '' || !seen.has(id)) return seen.add(id) && [];
    return [fault([...path, 'id'], `the id ${id} is taken by a step above, choose another`)];
  });
}

const fault = (path: Path, message: string, code = 'bad_step'): Fault => ({ path, code, message });
