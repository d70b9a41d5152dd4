import { expect, it } from 'vitest';
import {
  type ActionAborted,
  type ActionFinished,
  type ActionRefused,
  ActionStatus,
} from '#gen/belay/v1/action.ts';
import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import { Effect, SettledOutcome } from '#gen/belay/v1/verification.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { sampleEvents } from '../../../test/support/sample-events.ts';
import { newWatch, type Watch } from '../domain/watch.ts';
import type { Watches } from '../ports.ts';
import { factHandlers } from './facts.ts';

const dataOf = (type: string) => sampleEvents.find((event) => event.type === type)?.data;
const issued = dataOf('OrderIssued') as OrderIssued;
const failed = { ...(dataOf('ActionFinished') as ActionFinished), status: 2, error: 'forbidden' };

/** One watch, and what is said about it. */
function oneWatch() {
  let watch: Watch | undefined;
  const said: OutgoingEvent[] = [];
  const watches: Watches = {
    advance: async (ids, step) => {
      const next = step(watch ?? newWatch(ids));
      watch = next.watch;
      said.push(...next.events);
    },
  };
  return { handlers: factHandlers(watches), said };
}

it('a call for people names the runbook, so that it can be disabled', async () => {
  const { handlers, said } = oneWatch();
  const context = { now: failed.finishedAt } as never;
  await handlers.OrderIssued?.({ data: issued } as never, context);
  await handlers.ActionFinished?.({ data: failed } as never, context);
  expect(said.find(({ type }) => type === 'Escalated')?.data).toMatchObject({
    runbook: 'restart-pod',
    policy: 'open_incident_and_disable_runbook',
    actionId: issued.actionId,
  });
});

it('a call for people says why and no more: the reason goes on to what is stopped by it', async () => {
  const { handlers, said } = oneWatch();
  const context = { now: failed.finishedAt } as never;
  const unknown = { ...failed, status: ActionStatus.UNKNOWN, error: 'the answer was lost' };
  await handlers.ActionFinished?.({ data: unknown } as never, context);
  expect(said.map(({ data }) => (data as { reason: string }).reason)).toEqual([
    'the answer was lost',
    'the answer was lost',
  ]);
});

it('does not take a rollback that was refused for an action that came to nothing', async () => {
  const { handlers, said } = oneWatch();
  const context = { now: failed.finishedAt } as never;
  const rollback = { ...issued, phase: OrderPhase.ROLLBACK, ofActionId: issued.actionId };
  await handlers.OrderIssued?.({ data: rollback } as never, context);
  const phase = OrderPhase.ROLLBACK;
  const refused = { ...(dataOf('ActionRefused') as ActionRefused), phase, code: 'unsupported_phase' };
  await handlers.ActionRefused?.({ data: refused } as never, context);
  const aborted = { ...(dataOf('ActionAborted') as ActionAborted), phase, code: 'kill_switch' };
  await handlers.ActionAborted?.({ data: aborted } as never, context);
  expect(said).toEqual([]);
});

it('settles nothing about a cancel: it ends as the action that it stops', async () => {
  const { handlers, said } = oneWatch();
  const context = { now: failed.finishedAt } as never;
  const cancel = { ...issued, phase: OrderPhase.CANCEL, ofActionId: issued.actionId };
  await handlers.OrderIssued?.({ data: cancel } as never, context);
  const refused = { ...(dataOf('ActionRefused') as ActionRefused), phase: OrderPhase.CANCEL };
  await handlers.ActionRefused?.({ data: refused } as never, context);
  expect(said).toEqual([]);
  const aborted = {
    ...(dataOf('ActionAborted') as ActionAborted),
    code: 'cancelled',
    phase: OrderPhase.EXECUTE,
  };
  await handlers.ActionAborted?.({ data: aborted } as never, context);
  expect(said.map(({ type }) => type)).toEqual(['ActionSettled']);
  expect(said[0]?.data).toMatchObject({
    outcome: SettledOutcome.ABORTED,
    effect: Effect.NONE,
    code: 'cancelled',
  });
});
