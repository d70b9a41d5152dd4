import type { Resource } from '#gen/belay/v1/common.ts';
import type { ControlSet, Freeze } from '#gen/belay/v1/control.ts';
import { toSeconds } from '#lib/seconds.ts';

/** What a freeze is of: `namespace production, service checkout`. */
export function frozenWhat({ target, namespace, service }: Omit<Freeze, 'lifted' | 'until'>): string {
  const named = [
    namespace && `namespace ${namespace}`,
    service && `service ${service}`,
    target && `target ${target}`,
  ].filter(Boolean);
  return named.join(', ') || 'everything';
}

/** `pod production/web-1`. What is not named is everything. */
export function resourceWords(resource: Pick<Resource, 'kind' | 'namespace' | 'name'> | undefined): string {
  const { kind = '', namespace = '', name = '' } = resource ?? {};
  return [kind, [namespace, name].filter(Boolean).join('/')].filter(Boolean).join(' ') || 'everything';
}

/** `release week (maria)`: why a setting is there, and by whom. */
export function whyOf({ reason, actor }: Pick<ControlSet, 'reason' | 'actor'>): string {
  const why = reason || 'no reason given';
  return actor?.name ? `${why} (${actor.name})` : why;
}

/** ` until 2026-03-03T04:00:00Z`, or nothing where no end is known. */
export function untilWords(until: Date | undefined): string {
  if (!until || Number.isNaN(until.getTime())) return '';
  return ` until ${toSeconds(until)}`;
}
