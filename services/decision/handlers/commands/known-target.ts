import { BelayError } from '#lib/errors.ts';
import type { Known } from './set-control.ts';

/** A setting for a target that is none would look like one that stops something. */
export function unknownTarget(target: string, { targets }: Pick<Known, 'targets'>): BelayError | undefined {
  if (target === '' || targets.includes(target)) return undefined;
  return new BelayError('invalid', `there is no target ${JSON.stringify(target)}`, {
    code: 'TARGET_UNKNOWN',
    field: 'target',
    why: `no executor serves it; the targets are ${targets.join(', ')}`,
    next: 'name one of them, or leave the target out',
  });
}
