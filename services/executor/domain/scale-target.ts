import type { LiveRisk } from './observation.ts';

/** How many replicas are asked for: so many, so many more or fewer, or as many as a load needs. */
export type ScaleWish =
  | { readonly replicas: number }
  | { readonly addReplicas: number }
  | { readonly predictedLoad: number; readonly currentLoad: number };

export interface ScaleBounds {
  readonly minReplicas: number | undefined;
  readonly maxReplicas: number | undefined;
  readonly onlyUp: boolean;
}

/**
 * The absolute count. What is computed keeps within the bounds and never turns around: more of them stays more,
 * also where there are too many already. Undefined where nothing can be computed.
 */
export function scaleTarget(current: number, wish: ScaleWish, bounds: ScaleBounds): number | undefined {
  // An author's own number is held against the bounds, and not bent to them.
  if ('replicas' in wish) return wish.replicas;
  if ('addReplicas' in wish) {
    const { addReplicas } = wish;
    if (addReplicas === 0) return current;
    const clamped = clamp(current + addReplicas, bounds);
    return addReplicas > 0 ? Math.max(current, clamped) : Math.min(current, clamped);
  }
  const { predictedLoad, currentLoad } = wish;
  if (current === 0 || currentLoad <= 0) return undefined;
  const needed = Math.trunc(predictedLoad / (currentLoad / current)) + 1;
  return Math.max(current, clamp(needed, bounds));
}

function clamp(count: number, { minReplicas = 1, maxReplicas = Infinity }: Partial<ScaleBounds>): number {
  return Math.min(maxReplicas, Math.max(1, minReplicas, count));
}

/** One or two more is a fix; more is a capacity decision, fewer takes load away from somebody. */
export function riskOfScale(current: number, target: number | undefined): LiveRisk {
  if (current === 0 || target === undefined || target === 0) return 'high';
  return target >= current && target - current <= 2 ? 'low' : 'medium';
}
