import type { Draft, DraftStep } from '../draft.ts';
import { leaveStep } from '../left-step.ts';
import type { Section } from '../section.ts';
import type { TemplateSyntax } from '../template.ts';
import { actionOf } from './actions.ts';
import { setApproval } from './approval.ts';
import type { AutomationStep, Role } from './automation-step.ts';
import type { StepFlow } from './flow.ts';
import { type Phase, setObservation, setPause } from './observations.ts';
import { isAlways, NEVER, toCondition } from './reach.ts';
import { limitsOf } from './limits.ts';

interface Around {
  readonly flows: readonly StepFlow[];
  readonly syntax: TemplateSyntax;
  readonly root: Section;
}

/** Each step as what it is in a runbook: a step, the approval, a check, or a gap that a person has to fill. */
export function setSteps(
  draft: Draft,
  steps: readonly AutomationStep[],
  { flows, syntax, root }: Around,
): void {
  const acting = steps.flatMap(({ role }, index) => (role === 'acts' ? [index] : []));
  const desired = desiredCounts(steps);
  for (const [index, step] of steps.entries()) {
    const { reach, broken } = flows[index] ?? { reach: NEVER, broken: undefined };
    const phase = phaseOf(index, acting);
    const why =
      reach.length === 0
        ? undefined
        : (broken ?? carry(draft, step, { reach, phase, syntax, root, desired }));
    if (reach.length === 0) keepUnreached(draft, step);
    else if (why !== undefined) {
      leaveStep(draft, partOf(step), { path: step.source.path, value: step.source.value, why });
      step.source.settle();
    } else tellOf(step);
  }
}

interface Carrying extends Omit<Around, 'flows'> {
  readonly reach: StepFlow['reach'];
  readonly phase: Phase;
  readonly desired: ReadonlySet<string>;
}

/** Undefined once the step is in the draft, or why it cannot be. */
function carry(draft: Draft, step: AutomationStep, around: Carrying): string | undefined {
  const { reach, phase, root, desired } = around;
  const isConditional = !isAlways(reach);
  switch (step.role) {
    case 'reads':
    case 'branches':
      return undefined;
    case 'approves':
      return approve(draft, step, { phase, root, isConditional });
    case 'sleeps':
      return isConditional ? ONLY_STEPS : setPause(draft, step, phase);
    case 'waits':
    case 'asserts':
      return isConditional ? ONLY_STEPS : setObservation(draft, step, phase, desired);
    case 'acts':
      return act(draft, step, around);
  }
}

const ONLY_STEPS = 'it is reached under a condition, and only steps that act have one';

function act(draft: Draft, step: AutomationStep, { syntax, reach }: Carrying): string | undefined {
  const done = actionOf(step, syntax);
  if ('why' in done) return done.why;
  const { source } = step;
  const { limits, origins } = limitsOf(source);
  const when = isAlways(reach) ? undefined : toCondition(reach);
  const { inputs } = step;
  draft.addStep({ ...partOf(step), ...limits, ...done, when }, source.path, {
    ...origins,
    with: inputs?.path ?? source.path,
  });
  return undefined;
}

function approve(
  draft: Draft,
  step: AutomationStep,
  { phase, root, isConditional }: { phase: Phase; root: Section; isConditional: boolean },
): string | undefined {
  if (draft.get('approval') !== undefined) return 'a runbook has one approval and this would be the second';
  setApproval(draft, step, root);
  if (phase !== 'before' || isConditional) {
    const message =
      'here it is asked for before the first step, split the runbook if the steps above may run unasked';
    step.source.notes.warn(step.source.path, 'moved', message);
  }
  return undefined;
}

/** What a step became that is no step here. */
const BECAME: Readonly<Record<Exclude<Role, 'acts'>, string>> = {
  reads: 'executors read the resource of the incident before they act',
  approves: 'it became the approval of the runbook',
  // The document asks once.
  branches: 'it became the `when` of the steps behind it, each looks at the live state anew',
  sleeps: 'it became time for the checks',
  waits: 'it became a check',
  asserts: 'it became a check',
};

function tellOf({ source, name, role }: AutomationStep): void {
  if (role === 'acts') return;
  const message = `${name} is no step here, ${BECAME[role]}, see that this is what is meant`;
  source.notes.warn(source.path, 'moved', message);
}

function keepUnreached(draft: Draft, step: AutomationStep): void {
  const message =
    'it is only reached when a step fails, and then a run is rolled back, write it as the rollback of the step that it undoes';
  draft.notes.keep(step.source.path, step.source.value, message);
  step.source.settle();
}

function partOf({ id, name, source }: AutomationStep): DraftStep {
  const description = source.text('description');
  return { id, name: name === id || name === '' ? undefined : name, description };
}

function phaseOf(index: number, acting: readonly number[]): Phase {
  if (acting.every((other) => other > index)) return 'before';
  return acting.every((other) => other < index) ? 'after' : 'between';
}

/** As the document writes them: who waits for that many running tasks waits for all that are wanted. */
function desiredCounts(steps: readonly AutomationStep[]): ReadonlySet<string> {
  const counts = steps
    .filter(({ action, inputs }) => action === 'executeAwsApi' && inputs?.value['Api'] === 'UpdateService')
    .map(({ inputs }) => inputs?.value['desiredCount']);
  return new Set(counts.filter((count) => count !== undefined).map(String));
}
