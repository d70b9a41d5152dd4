import { compileCondition } from '../../conditions/compile-condition.ts';
import { durationToMs } from '../../schema/duration.ts';
import type { Draft } from '../draft.ts';
import type { Section } from '../section.ts';
import type { AutomationStep } from './automation-step.ts';
import { numberText } from './choices.ts';
import { ecsFact } from './ecs-facts.ts';

/** How long aws:waitForAwsResourceProperty waits where the step does not say. */
const DEFAULT_WAIT_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/** Where a step stands among those that act. */
export type Phase = 'before' | 'between' | 'after';

/** A step that only looks, as a check: before acting or of the outcome. Otherwise why it cannot be one. */
export function setObservation(
  draft: Draft,
  step: AutomationStep,
  phase: Phase,
  desired: ReadonlySet<string>,
): string | undefined {
  const { source, inputs, name } = step;
  const misplaced = misplacedWhy(step, phase);
  if (misplaced !== undefined || !inputs) return misplaced ?? 'it does not say what it looks at';
  const check = checkOf(inputs, { name, phase, desired });
  if ('why' in check) return check.why;
  if (phase === 'before') draft.add('preChecks', [check.item], inputs.path);
  else draft.add('verification.checks', [check.item], inputs.path);
  if (phase === 'after') lengthen(draft, step);
  inputs.finish(SAME_SERVICE);
  if ((source.text('onFailure') ?? 'Abort') !== 'Abort') source.keep('onFailure', FAILURE);
  return undefined;
}

const SAME_SERVICE =
  'executors read the resource of the incident, it is kept in x-imported, see that it is the same service';
const FAILURE = 'a check that fails ends the run, take it out of the checks if it should not';
const PARAMETER = 'it compares with a parameter, which conditions do not know';

function misplacedWhy({ role }: AutomationStep, phase: Phase): string | undefined {
  if (phase === 'between')
    return 'it looks between two steps that act, and the format only looks before and after all of them';
  if (phase === 'before' && role === 'waits')
    return 'it waits before anything acts, and a check before acting does not wait';
  return undefined;
}

interface Looking {
  readonly name: string;
  readonly phase: Phase;
  readonly desired: ReadonlySet<string>;
}

function checkOf(
  inputs: Section,
  { name, phase, desired }: Looking,
): { readonly item: unknown } | { readonly why: string } {
  const [service, api, selector] = ['Service', 'Api', 'PropertySelector'].map((key) => inputs.text(key));
  if (service !== 'ecs' || api !== 'DescribeServices')
    return { why: `executors read nothing of ${service} ${api}` };
  const fact = ecsFact(selector);
  if (fact === undefined) return { why: `executors read no fact for ${selector}` };
  const values = inputs.texts('DesiredValues');
  const isAll = fact === 'runningCount' && values.length === 1 && desired.has(values[0] ?? '');
  if (phase === 'after' && isAll) return { item: 'running_count_equals_desired_count' };
  const [subject, scope] = phase === 'before' ? (['live', 'live'] as const) : (['after', 'outcome'] as const);
  const condition = values.map((value) => equals(`${subject}.${fact}`, value)).join(' || ');
  if (!compileCondition(condition, scope).ok) return { why: PARAMETER };
  return { item: phase === 'before' ? { name, expression: condition } : { name, expect: condition } };
}

function equals(fact: string, value: string): string {
  const number = fact.endsWith('.status') ? undefined : numberText(value);
  return `${fact} == ${number ?? JSON.stringify(value)}`;
}

/** The checks get the time that the longest of the waits has. */
function lengthen(draft: Draft, { source, role }: AutomationStep): void {
  const given = source.number('timeoutSeconds') ?? (role === 'waits' ? DEFAULT_WAIT_SECONDS : undefined);
  if (given === undefined) return;
  const seconds = Math.max(verificationSeconds(draft) ?? 0, given);
  draft.set('verification.timeoutSeconds', seconds, source.at('timeoutSeconds'));
}

/** A pause behind all that acts is time that the checks have. */
export function setPause(draft: Draft, { source, inputs }: AutomationStep, phase: Phase): string | undefined {
  if (phase === 'before') return 'it waits before anything acts, and runs start when they are asked for';
  if (phase === 'between') return 'it waits between two steps, and the format has no pause';
  const ms = durationToMs(inputs?.text('Duration') ?? '');
  if (ms === undefined) return 'how long it waits is no duration of at most a day';
  const seconds = Math.min((verificationSeconds(draft) ?? DEFAULT_SECONDS) + ms / 1_000, DAY_SECONDS);
  const path = inputs?.at('Duration') ?? source.path;
  draft.set('verification.timeoutSeconds', seconds, path);
  const message = `there is no pause here, the checks get ${ms / 1_000} s more, so ${seconds} s, check that this is enough`;
  draft.notes.warn(path, 'assumed', message);
  return undefined;
}

const DEFAULT_SECONDS = 120;

function verificationSeconds(draft: Draft): number | undefined {
  return (draft.get('verification') as { timeoutSeconds?: number } | undefined)?.timeoutSeconds;
}
