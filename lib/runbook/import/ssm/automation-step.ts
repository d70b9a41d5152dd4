import type { Section } from '../section.ts';
import { isRecord } from '../section.ts';
import { toStepId } from '../spellings.ts';

/** A step of the document, with what decides where it goes. */
export interface AutomationStep {
  readonly source: Section;
  /** As the document calls it. */
  readonly name: string;
  readonly id: string;
  /** Without `aws:`. */
  readonly action: string;
  readonly inputs: Section | undefined;
  /** What it does, by the part that it can play in a runbook. */
  readonly role: Role;
}

/** `acts` changes something or does what is not known; the others decide, wait or look. */
export type Role = 'acts' | 'approves' | 'branches' | 'sleeps' | 'waits' | 'asserts' | 'reads';

export function readSteps(root: Section): readonly AutomationStep[] {
  const taken = new Set<string>();
  return root.sections('mainSteps').map((source) => {
    const name = source.text('name') ?? '';
    const action = source.text('action') ?? '';
    const id = toStepId(name, taken);
    taken.add(id);
    const inputs = source.section('inputs');
    return { source, name, id, action: action.replace(/^aws:/, ''), inputs, role: roleOf(action, inputs) };
  });
}

const ROLES: ReadonlyMap<string, Role> = new Map([
  ['aws:approve', 'approves'],
  ['aws:branch', 'branches'],
  ['aws:sleep', 'sleeps'],
  ['aws:waitForAwsResourceProperty', 'waits'],
  ['aws:assertAwsResourceProperty', 'asserts'],
]);

function roleOf(action: string, inputs: Section | undefined): Role {
  const { Service: service, Api: api } = isRecord(inputs?.value) ? inputs.value : {};
  if (action === 'aws:executeAwsApi' && isEcs(service) && api === 'DescribeServices') return 'reads';
  return ROLES.get(action) ?? 'acts';
}

function isEcs(service: unknown): boolean {
  return String(service).toLowerCase() === 'ecs';
}
