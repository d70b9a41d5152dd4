import { describe, expect, it } from 'vitest';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { quarantineKey } from '#lib/control/control-key.ts';
import { applyControl, noControls } from '#lib/control/control-state.ts';
import { decisionAccess, decisionSchemas } from '../decision-service.ts';
import { call, commandWorld, inHours, now } from './fixtures/command-world.ts';

type World = ReturnType<typeof commandWorld>;

const nothing = { reason: 'release week', namespace: '', service: '', target: '', all: false };
const freeze = ({ service }: World, scope: object, until: Date | undefined = inHours(2)) =>
  service.createFreeze({ ...nothing, ...scope, until }, call);
const idOf = ({ control }: { control: ControlSet | undefined }) =>
  (control?.key ?? '').replace(/^[^/]+\//, '');
const inForce = async ({ service }: World) => (await service.getControls({}, call)).controls;

describe('a freeze', () => {
  it('stops its place until it is lifted, and says so to whoever asks', async () => {
    const world = commandWorld();
    const made = await freeze(world, { namespace: 'shop' });
    expect(world.permission('prod-eu')).toMatchObject({ code: 'freeze' });
    expect(world.permitted('prod-eu', { namespace: 'other' })).toBe(true);
    expect(await inForce(world)).toMatchObject([
      {
        actor: { name: 'maria' },
        reason: 'release week',
        setAt: now,
        setting: { value: { namespace: 'shop', until: inHours(2) } },
      },
    ]);
    const id = idOf(made);
    expect(id).toMatch(/^frz-[0-9a-f]{32}$/);
    await world.service.liftFreeze({ id: id.slice(0, 9), reason: 'over' }, call);
    expect(world.permitted('prod-eu')).toBe(true);
    expect(await inForce(world)).toEqual([]);
    await expect(world.service.liftFreeze({ id, reason: 'again' }, call)).rejects.toMatchObject({
      kind: 'not_found',
      code: 'FREEZE_NOT_FOUND',
    });
  });

  it('ends by itself', async () => {
    const world = commandWorld();
    await freeze(world, { all: true });
    expect(world.permitted('prod-us')).toBe(false);
    await world.clock.advance(2 * 3_600_000);
    expect(world.permitted('prod-us')).toBe(true);
    expect(await inForce(world)).toEqual([]);
  });

  it('two of the same moment stand beside each other, and a beginning of both is not one', async () => {
    const world = commandWorld();
    await freeze(world, { namespace: 'shop' });
    await freeze(world, { service: 'checkout' });
    expect(await inForce(world)).toHaveLength(2);
    await expect(world.service.liftFreeze({ id: 'frz-', reason: 'r' }, call)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'ID_AMBIGUOUS',
    });
    expect(world.permitted('prod-eu')).toBe(false);
  });

  it.each([
    ['of nothing', {}, inHours(1), 'SCOPE_UNCLEAR'],
    ['of all and one thing', { all: true, service: 's' }, inHours(1), 'SCOPE_UNCLEAR'],
    ['of a target that is none', { target: 'prod' }, inHours(1), 'TARGET_UNKNOWN'],
    ['without an end', { all: true }, null, 'UNTIL_INVALID'],
    ['that has ended', { all: true }, now, 'UNTIL_INVALID'],
    ['without a valid end', { all: true }, new Date(Number.NaN), 'UNTIL_INVALID'],
    ['for longer than 30 days', { all: true }, inHours(30 * 24 + 1), 'UNTIL_INVALID'],
    ['without a reason', { all: true, reason: ' \n' }, inHours(1), 'REASON_MISSING'],
  ])('%s is refused, sets nothing, and is told', async (_what, scope, until, code) => {
    const world = commandWorld();
    const request = { ...nothing, ...scope, until: until ?? undefined };
    await expect(world.service.createFreeze(request, call)).rejects.toMatchObject({ code });
    expect(world.published.map(({ type }) => type)).toEqual(['CommandGiven']);
    expect(world.commands()).toMatchObject([
      { command: 'DecisionService/CreateFreeze', result: code, actor: { name: 'maria' } },
    ]);
  });

  it('may last 30 days, by a clock that is a little ahead', async () => {
    const world = commandWorld();
    const until = new Date(inHours(30 * 24).getTime() + 20_000);
    await expect(freeze(world, { all: true }, until)).resolves.toBeDefined();
  });

  it('is refused where there are too many to read, and not otherwise', async () => {
    const world = commandWorld();
    for (let i = 0; i < 200; i += 1) await freeze(world, { service: `s-${i}` });
    await expect(freeze(world, { all: true })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'TOO_MANY_IN_FORCE',
    });
    await world.clock.advance(2 * 3_600_000);
    await expect(freeze(world, { all: true }, inHours(4))).resolves.toBeDefined();
  });
});

it('a silence is set and lifted, and stops no executor', async () => {
  const world = commandWorld();
  const request = { reason: 'known noise', service: 'checkout', until: inHours(1) };
  const made = await world.service.createSilence(request, call);
  expect(await inForce(world)).toMatchObject([{ setting: { $case: 'silence' }, reason: 'known noise' }]);
  expect(world.permitted('prod-eu')).toBe(true);
  await world.service.liftSilence({ id: idOf(made), reason: 'over' }, call);
  expect(await inForce(world)).toEqual([]);
});

it('a runbook is disabled and enabled by its name; one that is not known is no runbook', async () => {
  const world = commandWorld();
  await world.service.disableRunbook({ reason: 'wrong query', runbook: 'scale-up' }, call);
  expect(await inForce(world)).toMatchObject([{ key: 'runbook-disabled/scale-up', reason: 'wrong query' }]);
  await world.service.enableRunbook({ reason: 'mended', runbook: 'scale-up' }, call);
  expect(await inForce(world)).toEqual([]);
  for (const command of [world.service.disableRunbook, world.service.enableRunbook]) {
    await expect(command({ reason: 'r', runbook: 'scale-upp' }, call)).rejects.toMatchObject({
      kind: 'not_found',
      code: 'RUNBOOK_UNKNOWN',
      why: 'did you mean scale-up?',
    });
  }
});

it('a quarantine is lifted by its id', async () => {
  const resource = { target: 'prod-eu', kind: 'pod', namespace: 'shop', name: '', uid: 'u' };
  const key = quarantineKey('act-7');
  const setting = { $case: 'quarantine', value: { resource, actionId: 'act-7' } } as const;
  const world = commandWorld(applyControl(noControls, ControlSet.fromPartial({ key, setting })));
  expect(await inForce(world)).toMatchObject([{ key }]);
  const { control } = await world.service.liftQuarantine({ id: 'act-', reason: 'looked at it' }, call);
  expect(control).toMatchObject({ key, setting: { value: { actionId: 'act-7' } } });
  expect(await inForce(world)).toEqual([]);
});

it('targets are those that an executor serves', async () => {
  const { targets } = await commandWorld().service.getTargets({}, call);
  expect(targets).toEqual([{ name: 'prod-eu' }, { name: 'prod-us' }]);
});

it('whoever is on call may stop things; letting them go on is for operators; looking is for all', () => {
  const byRole = Map.groupBy(Object.entries(decisionAccess), ([, role]) => role);
  const of = (role: string) => byRole.get(role as never)?.map(([method]) => method);
  expect(of('responder')).toEqual([
    'engageKillSwitch',
    'createFreeze',
    'createSilence',
    'disableRunbook',
    'cancelAction',
  ]);
  expect(of('operator')?.every((method) => /^(release|lift|enable|reset)/.test(method))).toBe(true);
  expect(of('viewer')).toEqual([
    ...['getControls', 'getTargets'],
    ...['listBreakers', 'listGuardrails', 'listStorms'],
  ]);
});

describe('a request', () => {
  const fine = {
    ...nothing,
    namespace: 'shop',
    service: 'checkout',
    runbook: 'scale-up',
    id: 'frz-1',
    state: 0,
  };
  const wrongIn = (field: string, value: string) =>
    Object.entries(decisionSchemas).flatMap(([method, schema]) => {
      const issue = schema?.safeParse({ ...fine, [field]: value }).error?.issues[0];
      return issue?.path[0] === field ? [method] : [];
    });

  it.each([
    ['a control character', 'drill\u001b[2J'],
    ['a mark that turns the direction of reading', 'drill \u202egnp.exe'],
    ['a thousand signs and one', 'x'.repeat(1_001)],
  ])('with %s in its reason is none', (_what, reason) => {
    const commands = Object.keys(decisionSchemas).filter(
      (method) => decisionAccess[method as never] !== 'viewer',
    );
    expect(wrongIn('reason', reason)).toEqual(commands);
  });

  it.each(['a\nb', 'a\u202eb', 'a\u0000', ' checkout', 'checkout\u00a0'])('for %j is none', (name) => {
    expect(wrongIn('service', name)).toEqual(['createFreeze', 'createSilence', 'listGuardrails']);
    expect(wrongIn('namespace', name)).toEqual(['createFreeze']);
    expect(wrongIn('runbook', name)).toEqual([
      'disableRunbook',
      'enableRunbook',
      'resetBreaker',
      'listGuardrails',
    ]);
  });

  it('with an honest reason of several lines, in any language, is taken', () => {
    expect(wrongIn('reason', 'ناشر معطوب\nsecond line')).toEqual([]);
  });
});
