import { checkAction, type Fault, type NamesInScope } from './check-action.ts';
import { KUBECTL_FORMS, kubectlAction } from './kubectl-command.ts';
import type { Action, Step } from './runbook.ts';
import type { RunbookFile } from './schema/runbook-file.ts';
import type { Path } from './yaml-documents.ts';

type Spec = RunbookFile['spec'];
type SourceStep = NonNullable<Spec['steps']>[number];
type SourceAction = Pick<SourceStep, 'action' | 'command' | 'with'>;

export interface Steps {
  readonly steps: readonly Step[];
  /** With paths from the spec on. */
  readonly faults: readonly Fault[];
}

/** The steps with shorthand resolved and every argument checked against the catalogue. */
export function toSteps(spec: Spec): Steps {
  const parameters = Object.keys(spec.parameters);
  const faults: Fault[] = [];
  const resolve = (source: SourceAction, path: Path, names: NamesInScope): Action => {
    const resolved = resolveAction(source, names);
    faults.push(...resolved.faults.map((fault) => ({ ...fault, path: [...path, ...fault.path] })));
    return resolved.action;
  };
  if (spec.action && spec.steps)
    faults.push(fault(['action'], 'both action and steps are given, move it into steps'));
  if (!spec.action && !spec.steps) faults.push(fault([], 'nothing to do, add steps'));
  const sources = spec.steps ?? (spec.action ? [{ ...SINGLE, ...spec.action }] : []);
  const steps = sources.map((source, index): Step => {
    const path = spec.steps ? ['steps', index] : ['action'];
    const { id, name = id, description, when, validation, timeoutSeconds, retries, required } = source;
    const action = resolve(source, path, { parameters, isRollback: false });
    const rollback =
      source.rollback && resolve(source.rollback, [...path, 'rollback'], { parameters, isRollback: true });
    return {
      id,
      name,
      description,
      ...action,
      when,
      validation,
      timeoutSeconds,
      retries,
      required,
      rollback,
    };
  });
  return { steps, faults: [...faults, ...repeatedIds(steps)] };
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
  const faults: Fault[] = checked.faults.map((found) => ({ ...found, path: ['command'] }));
  if (given) faults.push(fault(['with'], 'a command brings its arguments itself, use action instead'));
  return { action: checked.action, faults };
}

function unknownCommand(command: string): Fault {
  const why = command.trim().startsWith('kubectl ')
    ? `known are ${KUBECTL_FORMS}`
    : 'no shell runs here, use an action of the catalogue, such as shell.command';
  return fault(['command'], `this command has no action, ${why}`, 'unknown_command');
}

function repeatedIds(steps: readonly Step[]): readonly Fault[] {
  const seen = new Set<string>();
  return steps.flatMap(({ id }, index) => {
    if (seen.has(id))
      return [fault(['steps', index, 'id'], `the id ${id} is taken by a step above, choose another`)];
    seen.add(id);
    return [];
  });
}

const fault = (path: Path, message: string, code = 'bad_step'): Fault => ({ path, code, message });
