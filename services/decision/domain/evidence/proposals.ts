import { irreversibleStep } from '#lib/runbook/step-facts.ts';
import type { ActiveRunbook } from '../registry/active-runbook.ts';
import type { ActiveMode } from '../registry/entry.ts';
import { isFreerThan } from '../registry/modes.ts';
import type { Criteria } from './criteria.ts';
import { daysBefore, type Evidence } from './evidence.ts';
import { type Criterion, speaksAgainst, speaksFor } from './weigh-evidence.ts';

export interface StandingRunbook extends ActiveRunbook {
  /** As the version and in the mode that it has. */
  readonly activatedAt: Date;
}

/** For a person to accept. Nothing follows from it by itself. */
export interface Proposal {
  readonly runbook: StandingRunbook;
  readonly from: ActiveMode;
  readonly to: ActiveMode;
  readonly criteria: readonly Criterion[];
}

/** One step at a time. `manual` is on no way: what people run by hand shows nothing of what it would do itself. */
const STEPS: readonly ActiveMode[] = ['observe', 'suggest', 'approval_required', 'auto_execute'];

/**
 * At most one for each runbook. Whether the evidence speaks against it does not depend on the mode, and what speaks
 * against it keeps it from going right: the same evidence never proposes both ways.
 */
export function proposalsOf(
  evidence: readonly Evidence[],
  active: readonly StandingRunbook[],
  criteria: Criteria,
  now: Date,
): readonly Proposal[] {
  const byName = Map.groupBy(evidence, ({ runbook }) => runbook);
  return active.flatMap((runbook) => {
    const counted = countedFor(byName.get(runbook.name) ?? [], runbook, criteria, now);
    return proposalOf(counted, runbook, criteria) ?? [];
  });
}

function proposalOf(
  counted: readonly Evidence[],
  runbook: StandingRunbook,
  criteria: Criteria,
): Proposal | undefined {
  const { decisionMode: from } = runbook;
  const place = STEPS.indexOf(from);
  if (place < 0) return undefined;
  const against = speaksAgainst(counted, criteria);
  const to = STEPS[against.length > 0 ? place - 1 : place + 1];
  if (to === undefined) return undefined;
  if (against.length > 0) return { runbook, from, to, criteria: against };
  const met = mayGo(to, runbook) ? speaksFor(from, counted, runbook.asksFor, criteria) : undefined;
  return met && { runbook, from, to, criteria: met };
}

/** Of this version, since it was activated as it is: freedom is earned in the place where it stands. */
function countedFor(
  evidence: readonly Evidence[],
  { version, activatedAt }: StandingRunbook,
  { days }: Criteria,
  now: Date,
): readonly Evidence[] {
  const oldest = daysBefore(now, days);
  return evidence
    .filter((one) => one.version === version && one.decidedAt > activatedAt && one.decidedAt >= oldest)
    .toSorted((a, b) => b.decidedAt.getTime() - a.decidedAt.getTime());
}

/** Never beyond what it asks for, and alone only what is harmless and can be undone. */
function mayGo(to: ActiveMode, runbook: StandingRunbook): boolean {
  if (isFreerThan(to, runbook.asksFor)) return false;
  return to !== 'auto_execute' || (runbook.risk === 'low' && !irreversibleStep(runbook));
}
