import type { Facts } from '../../domain/observation.ts';
import type { ScaleBounds, ScaleWish } from '../../domain/scale-target.ts';
import { Arguments } from './arguments.ts';
import { type WorkloadArgs, workloadArguments } from './workload-arguments.ts';

export interface ScaleArgs extends WorkloadArgs {
  readonly wish: ScaleWish;
  readonly bounds: ScaleBounds;
}

export const SCALE = 'kubernetes.scale';
const MOST = 10_000;

export function parseScale(given: Facts): ScaleArgs {
  const args = new Arguments(SCALE, given);
  const bounds = {
    minReplicas: args.integer('minReplicas', 1, MOST),
    maxReplicas: args.integer('maxReplicas', 1, MOST),
    onlyUp: args.flag('onlyUp'),
  };
  const wish = wishOf(args, bounds);
  const workload = workloadArguments(args, { daemonset: 'its nodes say how many pods it has' });
  return { ...workload, wish, bounds };
}

function wishOf(args: Arguments, { maxReplicas }: ScaleBounds): ScaleWish {
  const replicas = args.integer('replicas', 1, MOST);
  const addReplicas = args.integer('addReplicas', -100, 100);
  const predictedLoad = args.amount('predictedLoad');
  const currentLoad = args.amount('currentLoad');
  const given = [replicas, addReplicas, predictedLoad].filter((value) => value !== undefined);
  if (given.length !== 1)
    throw args.misfit('replicas', `is one of ${given.length} that say how many: ${CHOICES}`);
  if (replicas !== undefined) return { replicas };
  if (addReplicas !== undefined) return { addReplicas };
  if (currentLoad === undefined) throw args.misfit('currentLoad', 'is missing beside predictedLoad');
  // A wrong prediction costs as much as this allows.
  if (maxReplicas === undefined) throw args.misfit('maxReplicas', 'is missing beside predictedLoad');
  return { predictedLoad: predictedLoad ?? 0, currentLoad };
}

const CHOICES = 'exactly one of replicas, addReplicas and predictedLoad does';
