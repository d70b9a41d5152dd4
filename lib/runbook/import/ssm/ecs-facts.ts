import type { AutomationStep } from './automation-step.ts';
import type { OutputFacts } from './choices.ts';

/** What DescribeServices says of a service, as executors read it live. */
const FACTS: Readonly<Record<string, string>> = {
  desiredCount: 'desiredCount',
  runningCount: 'runningCount',
  pendingCount: 'pendingCount',
  status: 'status',
};

/** The fact that a selector of the answer stands for. */
export function ecsFact(selector: unknown): string | undefined {
  const [, field = ''] = /^\$\.services\[0\]\.(\w+)$/.exec(String(selector)) ?? [];
  return Object.hasOwn(FACTS, field) ? FACTS[field] : undefined;
}

/** Of the steps that read a service. An output that is no fact is told of. */
export function outputFacts(steps: readonly AutomationStep[]): OutputFacts {
  const facts = new Map<string, string>();
  for (const { source, name, inputs } of steps.filter(({ role }) => role === 'reads')) {
    for (const output of source.sections('outputs')) {
      const fact = ecsFact(output.take('Selector'));
      const label = output.text('Name');
      const isOfType = output.take('Type') === (fact === 'status' ? 'String' : 'Integer');
      if (fact !== undefined && label !== undefined && isOfType)
        facts.set(`${name}.${label}`, `live.${fact}`);
      else source.notes.keep(output.path, output.value, NO_FACT);
    }
    inputs?.settle();
    source.notes.keep(inputs?.path ?? source.path, inputs?.value ?? {}, SAME_SERVICE);
  }
  return facts;
}

const NO_FACT = 'executors read no such fact, it is kept in x-imported, do without it';
const SAME_SERVICE =
  'executors read the resource of the incident, it is kept in x-imported, see that it is the same service';
