import type { Mode } from '../decision.ts';
import type { ActiveMode } from '../registry/entry.ts';
import type { Criteria } from './criteria.ts';
import type { Evidence } from './evidence.ts';

/** One number that speaks for a step, and what it is held against. */
export interface Criterion {
  readonly what: string;
  readonly observed: string;
  readonly limit: string;
}

/** In whatever mode it stands. */
export function speaksAgainst(newestFirst: readonly Evidence[], criteria: Criteria): readonly Criterion[] {
  const runs = newestFirst.filter(isRun);
  const verified = runs.filter(isVerified).length;
  const isTold = runs.length >= criteria.runsForRate;
  const automatic = runs.filter(({ mode }) => mode === 'auto_execute').slice(0, criteria.automaticRuns);
  const missed = automatic.filter((run) => !isVerified(run)).length;
  return [
    ...(isTold && verified / runs.length < criteria.successRate
      ? [rateOf(verified, runs.length, `>= ${percent(criteria.successRate)}`)]
      : []),
    ...(missed > 0
      ? [criterion('automatic runs that did not help', `${missed} of the last ${automatic.length}`, 'none')]
      : []),
  ];
}

/** Undefined where one of them is not met. */
export function speaksFor(
  from: ActiveMode,
  newestFirst: readonly Evidence[],
  asksFor: ActiveMode,
  criteria: Criteria,
): readonly Criterion[] | undefined {
  switch (from) {
    case 'observe': {
      const acts: readonly (Mode | undefined)[] = ['auto_execute', 'approval_required', asksFor];
      const count = newestFirst.filter((one) => acts.includes(one.wouldHave)).length;
      return enough('decisions it would have acted on', count, criteria.observedDecisions);
    }
    case 'suggest': {
      const count = newestFirst.filter(({ isShown }) => isShown).length;
      return enough('suggestions shown', count, criteria.shownSuggestions);
    }
    case 'approval_required':
      return approvalsFor(newestFirst, criteria);
    default:
      return undefined;
  }
}

function approvalsFor(
  newestFirst: readonly Evidence[],
  { approvedRuns, successRate, answersWithoutDenial }: Criteria,
): readonly Criterion[] | undefined {
  const runs = newestFirst.filter(isRun);
  const approved = runs.filter(({ answer }) => answer === 'approved').length;
  const verified = runs.filter(isVerified).length;
  const answers = newestFirst.filter(({ answer }) => answer !== undefined).slice(0, answersWithoutDenial);
  const isGood = verified / runs.length > successRate && runs.every(({ run }) => run !== 'rolled_back');
  if (!isGood || answers.some(({ answer }) => answer === 'denied')) return undefined;
  const met = enough('approved runs', approved, approvedRuns);
  return (
    met && [
      ...met,
      rateOf(verified, runs.length, `> ${percent(successRate)}`),
      criterion('rolled back', '0', 'none'),
      criterion('denied', `0 of the last ${answers.length}`, `none of the last ${answersWithoutDenial}`),
    ]
  );
}

const isRun = ({ run }: Evidence): boolean => run !== undefined;
const isVerified = ({ run }: Evidence): boolean => run === 'verified';

const criterion = (what: string, observed: string, limit: string): Criterion => ({ what, observed, limit });

const enough = (what: string, count: number, limit: number): readonly Criterion[] | undefined =>
  count >= limit ? [criterion(what, String(count), `>= ${limit}`)] : undefined;

const rateOf = (verified: number, runs: number, limit: string): Criterion =>
  criterion('runs that helped', `${verified} of ${runs}`, limit);

const percent = (rate: number): string => `${Number((rate * 100).toFixed(1))} %`;
