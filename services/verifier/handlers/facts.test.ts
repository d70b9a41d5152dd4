import { expect, it } from 'vitest';
import type { ActionFinished } from '#gen/belay/v1/action.ts';
import type { OrderIssued } from '#gen/belay/v1/decision.ts';
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
