import type { Draft, DraftStep } from '../draft.ts';
import { leaveStep } from '../left-step.ts';
import type { ParameterSet } from '../parameter-set.ts';
import { isRecord, type Section } from '../section.ts';
import { toStepId } from '../spellings.ts';
import { understandCommand } from './commands.ts';

export function setSteps(draft: Draft, root: Section, parameters: ParameterSet): void {
  const taken = new Set<string>();
  for (const source of root.sections('steps')) {
    const given = source.text('step_id');
    const name = source.text('name');
    const id = toStepId(given ?? name ?? 'step', taken);
    taken.add(id);
    if (given !== undefined && given !== id)
      source.warn('step_id', 'renamed', `${given} is called ${id} here, ids are unique and in lower case`);
    addStep(draft, { id, name, ...limitsOf(source) }, source, parameters);
  }
}

function limitsOf(source: Section): Partial<DraftStep> {
  return {
    description: source.text('description'),
    timeoutSeconds: source.limit('timeout_seconds'),
    retries: source.limit('retry_count'),
    required: source.boolean('required'),
    validation: validationOf(source),
  };
}

const LIMITS = {
  timeoutSeconds: 'timeout_seconds',
  retries: 'retry_count',
  validation: 'validation',
} as const;

function addStep(draft: Draft, step: DraftStep, source: Section, parameters: ParameterSet): void {
  const manual = ['manual', 'manual_step', 'is_manual'].find((key) => source.boolean(key) === true);
  const command = source.text('command');
  const given = source.take('parameters');
  const done =
    manual !== undefined
      ? { why: 'a person does this step, and the format has no such step' }
      : command === undefined
        ? { why: 'there is no command' }
        : understandCommand(command, isRecord(given) ? given : {}, parameters);
  if ('why' in done) {
    leaveStep(draft, step, { path: source.path, value: source.value, why: done.why });
    return source.settle();
  }
  for (const name of done.unused)
    source.notes.keep(
      [...source.at('parameters'), name],
      (given as Record<string, unknown>)[name],
      'the command does not use it, it is kept in x-imported, add it where it is needed',
    );
  if (done.assumed !== undefined) source.warn('command', 'assumed', done.assumed);
  const rollback = rollbackOf(source, isRecord(given) ? given : {}, parameters);
  const origins = Object.entries(LIMITS).map(([field, key]) => [field, source.at(key)] as const);
  const parts = { ...Object.fromEntries(origins), rollback: source.at('rollback_command') };
  draft.addStep({ ...step, ...done.action, rollback }, source.path, parts);
  if (given !== undefined && !isRecord(given))
    source.notes.keep(
      source.at('parameters'),
      given,
      'expected a section, it is kept in x-imported, write it anew',
    );
}

/** The manager runs it with the parameters of the step. */
function rollbackOf(
  source: Section,
  given: Readonly<Record<string, unknown>>,
  parameters: ParameterSet,
): DraftStep['rollback'] {
  const key = 'rollback_command';
  const command = source.text(key);
  if (command === undefined) return undefined;
  const undone = understandCommand(command, given, parameters);
  if ('why' in undone) {
    source.warn(
      key,
      'step_left',
      `${undone.why}, so the rollback has no action and the file does not load, give it one or remove it`,
    );
    return { 'x-imported': command };
  }
  if (undone.assumed !== undefined) source.warn(key, 'assumed', undone.assumed);
  return { ...undone.action };
}

/** In the fields of the format. A type that it does not know stays: a step that nobody checks must not load. */
function validationOf(source: Section): unknown {
  if (!isRecord(source.value['validation'])) return source.take('validation');
  const validation = source.section('validation');
  if (!validation) return undefined;
  const type = validation.text('type');
  if (type === 'output_contains') return { type, text: validation.text('expected_text') ?? '' };
  if (type === 'exit_code') {
    const code = validation.number('expected_code') ?? validation.number('code');
    return code === undefined ? { type } : { type, code };
  }
  const expression = validation.text('expression');
  validation.settle();
  return {
    ...validation.value,
    type: type === 'custom' ? 'expression' : (type ?? 'unknown'),
    ...(expression && { expression }),
  };
}
