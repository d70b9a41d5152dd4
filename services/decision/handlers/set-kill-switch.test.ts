import { expect, it } from 'vitest';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import { applyControl, type ControlState, mayBegin, noControls } from '#lib/control/control-state.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { decisionSchemas, decisionService } from './decision-service.ts';

const now = new Date('2026-03-03T03:12:00Z');
const call = {
  actor: { kind: 'human', name: 'maria', roles: ['operator'] },
  requestId: 'r-1',
} as unknown as CallContext;

/** The service on a log of its own: what it publishes is what it then knows. */
function world(before: ControlState = noControls) {
  let controls = before;
  const published: OutgoingEvent[] = [];
  const handlers = decisionService({
    publish: async (events) => {
      for (const event of events) {
        encodeEvent(event, 'belay/decision');
        published.push(event);
        if (event.type === 'ControlSet') controls = applyControl(controls, event.data);
      }
    },
    controls: () => controls,
    targets: ['prod-eu', 'prod-us'],
    clock: { now: () => now } as never,
  });
  const engage = (target: string) => handlers.engageKillSwitch({ reason: 'drill', target, state: 0 }, call);
  const release = (target: string) => handlers.releaseKillSwitch({ reason: 'over', target }, call);
  const permitted = (target: string) => {
    const beat = ControlSet.fromPartial({
      key: 'heartbeat',
      setting: { $case: 'heartbeat', value: { beatAt: now } },
    });
    return mayBegin(applyControl(controls, beat), target, now).ok;
  };
  return { engage, release, permitted, published };
}

const unknown = { kind: 'invalid', code: 'TARGET_UNKNOWN', field: 'target' };

it.each(['*', 'prod', 'PROD-EU', ' prod-eu', 'kill-switch/*', '%2A'])(
  'a switch for %j, which is no target, is refused, and what is stopped stays stopped',
  async (target) => {
    const { engage, release, permitted, published } = world();
    await engage('');
    const before = published.length;
    await expect(engage(target)).rejects.toMatchObject(unknown);
    await expect(engage(target)).rejects.toThrow('there is no target');
    await expect(release(target)).rejects.toMatchObject({
      ...unknown,
      why: expect.stringContaining('prod-eu, prod-us'),
    });
    expect(published).toHaveLength(before);
    expect(permitted('prod-eu')).toBe(false);
  },
);

it('one target stops and goes on alone', async () => {
  const { engage, release, permitted } = world();
  await engage('prod-eu');
  expect([permitted('prod-eu'), permitted('prod-us')]).toEqual([false, true]);
  await release('prod-eu');
  expect(permitted('prod-eu')).toBe(true);
});

it('a switch that was engaged for a target which is gone since can be released, once', async () => {
  const setting = { $case: 'killSwitch', value: { state: KillSwitchState.STOP_ALL, target: '*' } } as const;
  const { release } = world(
    applyControl(noControls, ControlSet.fromPartial({ key: killSwitchKey('*'), setting })),
  );
  await expect(release('*')).resolves.toMatchObject({ control: { key: 'kill-switch/%2A' } });
  await expect(release('*')).rejects.toMatchObject(unknown);
});

it.each([
  ['a control character', 'drill\u001b[2J'],
  ['a mark that turns the direction of reading', 'drill \u202egnp.exe'],
])('a reason with %s is refused', (_what, reason) => {
  for (const schema of Object.values(decisionSchemas))
    expect(schema?.safeParse({ reason, target: '', state: 0 }).error?.issues[0]?.path).toEqual(['reason']);
});

it.each(['a\nb', 'a\u202eb', 'a\u0000'])('a switch for %j is refused', (target) => {
  const parsed = decisionSchemas.engageKillSwitch?.safeParse({ reason: 'drill', target, state: 0 });
  expect(parsed?.error?.issues[0]?.path).toEqual(['target']);
});

it('an honest reason of several lines, in any language, is taken', () => {
  const reason = 'ناشر معطوب\nsecond line';
  expect(decisionSchemas.engageKillSwitch?.safeParse({ reason, target: 'prod-eu' }).success).toBe(true);
});
