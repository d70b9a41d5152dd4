import { BreakerState, type BreakerStatus, breakerStateToJSON } from '#gen/belay/v1/decision_service.ts';
import type { Presentation, Result } from '../frame/output.ts';
import type { Cell } from '../frame/table.ts';

export function breakerReport(breakers: readonly BreakerStatus[]): Result {
  return {
    kind: 'BreakerList',
    body: { items: breakers.map(breakerBody) },
    names: breakers.map(({ runbook }) => runbook),
    table: ({ time }) => ({
      header: ['RUNBOOK', 'STATE', 'FAILURES', 'OPENED', 'TRIAL', 'RESET'],
      rows: breakers.map((breaker) => [
        breaker.runbook,
        breakerCell(breaker),
        failuresOf(breaker),
        breaker.openedAt ? time(breaker.openedAt) : '',
        trialWords(breaker, time),
        breaker.resetAt ? time(breaker.resetAt) : '',
      ]),
    }),
  };
}

export const breakerBody = (breaker: BreakerStatus): Readonly<Record<string, unknown>> => ({
  ...breaker,
  state: stateWord(breaker.state),
});

export function breakerCell({ state }: BreakerStatus): Cell {
  const text = stateWord(state).toUpperCase();
  if (state === BreakerState.CLOSED) return { text, tone: 'good' };
  return { text, tone: 'bad' };
}

/** CLOSED, HALF_OPEN, as the checks of a decision have it. */
const stateWord = (state: BreakerState): string =>
  breakerStateToJSON(state)
    .replace(/^BREAKER_STATE_/, '')
    .toLowerCase();

const failuresOf = ({ failures, opensAt }: BreakerStatus): string =>
  opensAt === 0 ? String(failures) : `${failures} of ${opensAt}`;

export function trialWords({ state, trial, trialAt }: BreakerStatus, time: Presentation['time']): string {
  if (trial !== '') return `under way: ${trial}`;
  if (state === BreakerState.HALF_OPEN) return 'the next action';
  if (state === BreakerState.OPEN) return trialAt ? time(trialAt) : 'not while it is not active';
  return '';
}
