import { check } from './live-check.ts';
import type { LiveCheck } from './observation.ts';
import type { DeployedWorkload, Quota } from './target-state.ts';

export interface QuotaScene {
  readonly workload: DeployedWorkload | undefined;
  readonly quotas: readonly Quota[] | 'not_readable';
  /** How many pods more there would be. */
  readonly added: number;
}

/**
 * Refuses what a quota would forbid. What cannot be judged is said and refuses nothing: the API server counts as
 * well, when the pods are made.
 */
export function quotaAllows({ workload, quotas, added }: QuotaScene): LiveCheck {
  const limit = `room for ${Math.max(0, added)} more`;
  if (quotas === 'not_readable')
    return check('quota', true, 'not judged: the executor may not read it', limit, '');
  if (added <= 0) return check('quota', true, 'not needed', limit, '');
  const verdicts = quotas.flatMap((quota) => judge(quota, workload?.template.demand ?? {}, added));
  const full = verdicts.filter(({ result }) => result === 'full').map(({ text }) => text);
  if (full.length > 0) {
    const texts = full.join('; ');
    return check('quota', false, texts, limit, `a quota would forbid ${added} more: ${texts}`);
  }
  const open = verdicts.filter(({ result }) => result === 'unknown').map(({ text }) => text);
  const observed = quotas.length === 0 ? 'none' : 'room';
  return check(
    'quota',
    true,
    open.length > 0 ? `${observed}; not judged: ${open.join('; ')}` : observed,
    limit,
    '',
  );
}

/** Asked for by name it has to be known. */
export function quotaKnown(scene: QuotaScene): LiveCheck {
  if (scene.quotas !== 'not_readable') return quotaAllows(scene);
  const reason = 'the executor may not read the quotas of the namespace';
  return check('quota', false, 'not readable', `room for ${Math.max(0, scene.added)} more`, reason);
}

/** How many pods more the quotas of a namespace leave. Undefined where none counts pods. */
export function podsLeft(quotas: QuotaScene['quotas']): number | undefined {
  if (quotas === 'not_readable') return undefined;
  const left = quotas.flatMap(({ isScoped, items }) =>
    items.flatMap(({ resource, hard, used }) =>
      isScoped || resource !== 'pods' || hard === undefined || used === undefined
        ? []
        : [Math.max(0, hard - used)],
    ),
  );
  return left.length > 0 ? Math.min(...left) : undefined;
}

interface Verdict {
  readonly result: 'room' | 'full' | 'unknown';
  readonly text: string;
}

/** Quantities are sums of fractions. */
const SLACK = 1 + 1e-9;

function judge(
  { name, isScoped, items }: Quota,
  demand: Readonly<Record<string, number>>,
  added: number,
): Verdict[] {
  return items.filter(isOfPods).map(({ resource, hard, used }) => {
    const each = demand[resource];
    if (isScoped || hard === undefined || used === undefined || each === undefined)
      return { result: 'unknown', text: `${resource} of ${name}` };
    const text = `${resource} ${round(used)} + ${round(each * added)} of ${round(hard)} (${name})`;
    return { result: used + each * added > hard * SLACK ? 'full' : 'room', text };
  });
}

const isOfPods = ({ resource }: Quota['items'][number]): boolean =>
  resource === 'pods' || resource.startsWith('requests.') || resource.startsWith('limits.');

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
