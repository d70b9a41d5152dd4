import { parameterSpec } from './action-catalogue.ts';
import { fillArgument } from './fill-argument.ts';
import { fillMetric } from './fill-metric.ts';
import { type Fault, type Lookup, lookupFor, type PlanContext } from './plan-values.ts';
import type { Action, ArgumentValue, Runbook, Step, VerificationCheck } from './runbook.ts';

export type ResolvedPlan =
  | {
      readonly ok: true;
      /** Only `${before.fact}` as a whole argument of a rollback is left, for `fillBefore`. */
      readonly steps: readonly Step[];
      readonly checks: readonly VerificationCheck[];
    }
  | {
      readonly ok: false;
      /** The names that nothing gave a value for; empty where every value was there and one did not fit. */
      readonly missing: readonly string[];
      /** For a service owner. */
      readonly why: string;
    };

/** The steps with every name looked up, each value in the type of its destination; or why a person has to. */
export function resolvePlan(runbook: Runbook, context: PlanContext): ResolvedPlan {
  const lookup = lookupFor(runbook, context);
  const faults: Fault[] = [];
  for (const [name, { required }] of Object.entries(runbook.parameters)) {
    const found = required ? lookup(name) : undefined;
    if (found && 'fault' in found) faults.push(found);
  }
  const steps = runbook.steps.map((step) => fillStep(step, lookup, faults));
  const checks = runbook.verification.checks.map((check) => fillCheck(check, lookup, faults));
  return faults.length === 0 ? { ok: true, steps, checks } : refusal(faults);
}

function fillStep(step: Step, lookup: Lookup, faults: Fault[]): Step {
  const rollback = step.rollback && {
    ...step.rollback,
    with: fillArguments(step.rollback, `undoing ${step.id}`, lookup, faults),
  };
  return { ...step, with: fillArguments(step, `step ${step.id}`, lookup, faults), rollback };
}

function fillArguments(
  action: Action,
  where: string,
  lookup: Lookup,
  faults: Fault[],
): Readonly<Record<string, ArgumentValue>> {
  const filled: Record<string, ArgumentValue> = {};
  for (const [name, template] of Object.entries(action.with)) {
    const spec = parameterSpec(action.action, name);
    const result = spec
      ? fillArgument(spec, template, lookup)
      : ({ name: '', fault: 'unfit', why: 'is unknown to this version' } as const);
    if ('fault' in result) faults.push({ ...result, why: `${where}, ${name}: ${result.why}` });
    else filled[name] = result.value;
  }
  return filled;
}

function fillCheck(check: VerificationCheck, lookup: Lookup, faults: Fault[]): VerificationCheck {
  if (!check.metric) return check;
  const result = fillMetric(check.metric, lookup);
  if (!('fault' in result)) return { ...check, metric: result.value };
  faults.push({ ...result, why: `check ${check.name}: ${result.why}` });
  return check;
}

function refusal(faults: readonly Fault[]): ResolvedPlan {
  const missing = faults.filter(({ fault }) => fault === 'missing').map(({ name }) => name);
  const reasons = new Set(faults.map(({ why }) => why));
  return { ok: false, missing: [...new Set(missing)], why: [...reasons].join('; ') };
}
