import { expect, it } from 'vitest';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { BreakerState } from '#gen/belay/v1/decision_service.ts';
import { applyControl, noControls } from '#lib/control/control-state.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { at } from '../../../test/support/slot-wants.ts';
import type { RunbookBreaker } from '../domain/guardrails/breaker.ts';
import { listBreakers } from './list-breakers.ts';

const circuitBreaker = { failures: 2, recoverySeconds: 300 };
const active = ['b-open', 'a-closed'].map((name) => ({ name, guardrails: { circuitBreaker } }) as Runbook);
const controls = applyControl(
  noControls,
  ControlSet.fromPartial({
    key: 'breaker/gone',
    setting: { $case: 'breakerOpen', value: { runbook: 'gone' } },
    setAt: at(0),
  }),
);
const known: Readonly<Record<string, Partial<RunbookBreaker>>> = {
  'b-open': { failures: 2, openedAtMs: at(0).getTime() },
  gone: { failures: 3, openedAtMs: at(0).getTime(), resetAtMs: at(-9).getTime() },
};
const list = (minute: number) =>
  listBreakers(
    {
      active: () => active,
      controls: () => controls,
      guardrails: () => ({
        breakers: async (names) =>
          names.map((runbook) => ({
            runbook,
            failures: 0,
            openedAtMs: 0,
            trial: '',
            resetAtMs: 0,
            ...known[runbook],
          })),
      }),
    },
    at(minute),
  );

it('shows every active runbook and whatever else is open, by name, with when it may be tried', async () => {
  expect(await list(4)).toMatchObject([
    { runbook: 'a-closed', state: BreakerState.CLOSED, opensAt: 2, openedAt: undefined, trialAt: undefined },
    { runbook: 'b-open', state: BreakerState.OPEN, failures: 2, openedAt: at(0), trialAt: at(5) },
    { runbook: 'gone', state: BreakerState.OPEN, opensAt: 0, trialAt: undefined, resetAt: at(-9) },
  ]);
});

it('is half open once its recovery is over, where it can be tried at all', async () => {
  expect((await list(5)).map(({ state }) => state)).toEqual([
    BreakerState.CLOSED,
    BreakerState.HALF_OPEN,
    BreakerState.OPEN,
  ]);
});
