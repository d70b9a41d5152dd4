import { expect, it } from 'vitest';
import { ControlSet, KillSwitchState } from '#gen/belay/v1/control.ts';
import { killSwitchKey } from '#lib/control/control-key.ts';
import { applyControl, noControls } from '#lib/control/control-state.ts';
import { decisionSchemas } from '../decision-service.ts';
import { call, commandWorld } from './fixtures/command-world.ts';

function world(...given: Parameters<typeof commandWorld>) {
  const { service, ...rest } = commandWorld(...given);
  const engage = (target: string) => service.engageKillSwitch({ reason: 'drill', target, state: 0 }, call);
  const release = (target: string) => service.releaseKillSwitch({ reason: 'over', target }, call);
  return { engage, release, ...rest };
}

const unknown = { kind: 'invalid', code: 'TARGET_UNKNOWN', field: 'target' };

it.each(['*', 'prod', 'PROD-EU', ' prod-eu', 'kill-switch/*', '%2A'])(
  'a switch for %j, which is no target, is refused, and what is stopped stays stopped',
  async (target) => {
    const { engage, release, permitted, commands } = world();
    await engage('');
    await expect(engage(target)).rejects.toMatchObject(unknown);
    await expect(engage(target)).rejects.toThrow('there is no target');
    await expect(release(target)).rejects.toMatchObject({
      ...unknown,
      why: expect.stringContaining('prod-eu, prod-us'),
    });
    expect(permitted('prod-eu')).toBe(false);
    expect(commands().map(({ command, result }) => [command, result])).toEqual([
      ['DecisionService/EngageKillSwitch', 'ok'],
      ['DecisionService/EngageKillSwitch', 'TARGET_UNKNOWN'],
      ['DecisionService/EngageKillSwitch', 'TARGET_UNKNOWN'],
      ['DecisionService/ReleaseKillSwitch', 'TARGET_UNKNOWN'],
    ]);
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

it.each(['a\nb', 'a\u202eb', 'a\u0000'])('a switch for %j is refused', (target) => {
  const parsed = decisionSchemas.engageKillSwitch?.safeParse({ reason: 'drill', target, state: 0 });
  expect(parsed?.error?.issues[0]?.path).toEqual(['target']);
});
