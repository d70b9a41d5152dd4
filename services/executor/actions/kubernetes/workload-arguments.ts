import type { WorkloadRef } from '../../ports.ts';
import type { ActedOn } from '../action.ts';
import type { Arguments } from './arguments.ts';

export type WorkloadKind = keyof typeof KINDS;

export interface WorkloadArgs {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
}

const KINDS = { deployment: 'Deployment', statefulset: 'StatefulSet', daemonset: 'DaemonSet' } as const;
const kinds = Object.keys(KINDS) as readonly WorkloadKind[];

/** Kinds of the catalogue that this action does nothing for are refused by their name, with the reason. */
export function workloadArguments(
  args: Arguments,
  unsupported: Partial<Record<WorkloadKind, string>> = {},
): WorkloadArgs {
  const kind = args.choice('kind', kinds, 'deployment');
  const why = unsupported[kind];
  if (why !== undefined) throw args.misfit('kind', `is ${kind}: ${why}`, UNSUPPORTED_KIND);
  return { kind, namespace: args.name('namespace'), name: args.name('name') };
}

export const UNSUPPORTED_KIND = 'UNSUPPORTED_KIND';

export const actedOn = ({ kind, namespace, name }: WorkloadArgs): ActedOn => ({ kind, namespace, name });

/** As the target writes it. */
export const refOf = ({ kind, namespace, name }: WorkloadArgs): WorkloadRef => ({
  kind: KINDS[kind],
  namespace,
  name,
});
