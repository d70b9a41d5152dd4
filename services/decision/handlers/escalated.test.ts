import { expect, it } from 'vitest';
import { ActorKind } from '#gen/belay/v1/common.ts';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { Escalated } from '#gen/belay/v1/verification.ts';
import { applyControl, type ControlState, noControls } from '#lib/control/control-state.ts';
import { eventId, type OutgoingEvent } from '#lib/events/event.ts';
import { escalatedHandler } from './escalated.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 3, 3, minute));
const escalated = (change: Partial<Escalated> = {}) =>
  Escalated.fromPartial({
    actionId: 'act-1',
    decisionId: 'dec-1',
    incidentId: 'inc-1',
    policy: 'open_incident_and_disable_runbook',
    runbook: 'scale-up',
    reason: 'cpu did not fall',
    escalatedAt: at(10),
    ...change,
  });

/** One decision service, on the log of what was said. */
function engine() {
  let controls: ControlState = noControls;
  const handler = escalatedHandler(() => controls);
  const apply = (control: ControlSet) => void (controls = applyControl(controls, control));
  const deliver = async (data: Escalated): Promise<readonly OutgoingEvent[]> =>
    handler({ type: 'Escalated', id: 'evt-1', source: 's', data }, {} as never);
  const say = (lifted: boolean, setAt: Date) =>
    apply(
      ControlSet.fromPartial({
        key: 'runbook-disabled/scale-up',
        setting: { $case: 'runbookDisabled', value: { lifted, runbook: 'scale-up' } },
        setAt,
      }),
    );
  const answer = async (data: Escalated) => {
    const events = await deliver(data);
    for (const event of events) apply(event.data as ControlSet);
    return events;
  };
  return { deliver, answer, say };
}

it('a runbook that did not help is disabled by the engine, with the reason and the action', async () => {
  const [event, ...more] = await engine().answer(escalated());
  expect(more).toEqual([]);
  expect(event?.data).toEqual({
    key: 'runbook-disabled/scale-up',
    setting: {
      $case: 'runbookDisabled',
      value: { lifted: false, runbook: 'scale-up', actionId: 'act-1' },
    },
    actor: { kind: ActorKind.ENGINE, name: 'decision' },
    reason: 'cpu did not fall',
    setAt: at(10),
  });
});

it('delivered again, it says the same, or nothing once that is known', async () => {
  const { deliver, answer } = engine();
  const [first] = await deliver(escalated());
  const [again] = await answer(escalated());
  expect(eventId('ControlSet', again?.data)).toBe(eventId('ControlSet', first?.data));
  expect(await answer(escalated())).toEqual([]);
  expect(await answer(escalated({ actionId: 'act-2', escalatedAt: at(11) }))).toEqual([]);
});

it('delivered again after a person has enabled the runbook, it does not undo that; a new one does', async () => {
  const { answer, say } = engine();
  await answer(escalated());
  say(true, at(20));
  expect(await answer(escalated())).toEqual([]);
  const next = escalated({ actionId: 'act-2', escalatedAt: at(30) });
  expect(await answer(next)).toMatchObject([{ data: { setting: { value: { actionId: 'act-2' } } } }]);
});

it.each([
  ['asks for somebody only', { policy: 'page_service_owner' }],
  ['does not say whose action it was', { runbook: '' }],
])('an escalation that %s disables nothing', async (_what, change) => {
  expect(await engine().answer(escalated(change))).toEqual([]);
});
