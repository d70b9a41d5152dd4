import type { DecisionMode } from '#lib/runbook/runbook.ts';

/** From where nothing is done to where nobody is asked. */
const ORDER: readonly DecisionMode[] = ['observe', 'manual', 'suggest', 'approval_required', 'auto_execute'];

export const isFreerThan = (mode: DecisionMode, other: DecisionMode): boolean =>
  ORDER.indexOf(mode) > ORDER.indexOf(other);

/** The stricter of the two. */
export const boundedBy = (asked: DecisionMode, bound: DecisionMode): DecisionMode =>
  isFreerThan(asked, bound) ? bound : asked;
