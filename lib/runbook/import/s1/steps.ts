import type { Action } from '../../runbook.ts';
import type { Path } from '../../yaml-reader.ts';
import { commandAction } from '../command-action.ts';
import type { Draft, DraftStep } from '../draft.ts';
import { leaveStep } from '../left-step.ts';
import { BRACES, ParameterSet } from '../parameter-set.ts';
import type { Section } from '../section.ts';
import { convertText, type Resolved } from '../template.ts';

/** One command, or several that follow one another. */
export function setSteps(draft: Draft, section: Section): void {
  const commands = section.texts('action');
  const undo = rollbacks(section, commands.length);
  const parameters = new ParameterSet([]);
  const timeoutSeconds = section.limit('timeout_seconds');
  const retries = section.limit('retries');
  for (const [index, command] of commands.entries()) {
    const path = commands.length > 1 ? [...section.at('action'), index] : section.at('action');
    const id = commands.length > 1 ? `step-${index + 1}` : 'action';
    const rollback = undo[index];
    const undone = rollback === undefined ? undefined : rollbackOf(draft, rollback, parameters);
    addStep(draft, { id, timeoutSeconds, retries, rollback: undone }, { command, path, parameters });
  }
  if (commands.length === 0)
    leaveStep(
      draft,
      { id: 'action', timeoutSeconds, retries },
      { path: section.path, value: undefined, why: 'there is no action' },
    );
  const needed = parameters.undeclared();
  for (const [name, parameter] of Object.entries(needed))
    draft.set(`parameters.${name}`, parameter, section.at('action'));
  setRollbackType(draft, section.at('rollback'));
}

interface Source {
  readonly command: string;
  readonly path: Path;
  readonly parameters: ParameterSet;
}

function addStep(draft: Draft, step: DraftStep, { command, path, parameters }: Source): void {
  const done = resolve(command, parameters, (name) => parameters.resolve(name));
  if ('why' in done) leaveStep(draft, step, { path, value: command, why: done.why });
  else draft.addStep({ ...step, ...done }, path, { rollback: [...path.slice(0, 2), 'rollback'] });
}

interface Undo {
  readonly command: string;
  readonly path: Path;
}

/** For each step what undoes it: one text for a single step, or a list as long as the actions. */
function rollbacks(section: Section, steps: number): readonly (Undo | undefined)[] {
  const key = 'rollback';
  const path = section.at(key);
  const isList = Array.isArray(section.value[key]);
  const texts = section.texts(key);
  if (texts.length === 0) return [];
  if (texts.length === steps)
    return texts.map((command, index) => ({ command, path: isList ? [...path, index] : path }));
  const message = 'it is not said which step it undoes, it is kept in x-imported, write it into the step';
  section.notes.keep(path, section.value[key], message);
  return [];
}

/** What undoes a step and is not known stays as a rollback without an action, which does not load. */
function rollbackOf(draft: Draft, { command, path }: Undo, parameters: ParameterSet): DraftStep['rollback'] {
  const undone = resolve(command, parameters, (name) => before(name) ?? parameters.resolve(name));
  if (!('why' in undone)) return { ...undone };
  const message = `${undone.why}, so the rollback has no action and the file does not load, give it one or remove it`;
  draft.notes.warn(path, 'step_left', message);
  return { 'x-imported': command };
}

/** `old_replicas` is what the lab calls the count that the step found. */
const BEFORE: ReadonlyMap<string, string> = new Map([
  ['old_replicas', 'before.replicas'],
  ['previous_replicas', 'before.replicas'],
]);

function before(name: string): Resolved | undefined {
  const fact = BEFORE.get(name);
  return fact === undefined ? undefined : { name: fact };
}

function resolve(
  command: string,
  parameters: ParameterSet,
  resolveName: (name: string) => Resolved,
): Action | { readonly why: string } {
  const converted = convertText(command, { placeholder: BRACES, resolve: resolveName });
  if ('why' in converted) return converted;
  const action = commandAction(converted.value);
  if (!action) return { why: 'no action of the catalogue does what this command does' };
  parameters.learnFrom(action);
  return action;
}

const POD_ACTIONS = new Set(['kubernetes.deletePod', 'kubernetes.evictPod']);

/** A deleted pod comes back by itself: that is what the lab's empty rollback says. */
function setRollbackType(draft: Draft, origin: Path): void {
  const isByController = draft.steps.every(
    ({ action = '', rollback }) => POD_ACTIONS.has(action) && rollback === undefined,
  );
  if (isByController) draft.set('rollback.type', 'controller_recreates_pod', origin);
}
