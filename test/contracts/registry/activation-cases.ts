import { describe, expect, it } from 'vitest';
import type { ControlSet } from '#gen/belay/v1/control.ts';
import { Mode } from '#gen/belay/v1/common.ts';
import type { BelayError } from '#lib/errors.ts';
import {
  activation,
  apply,
  callOf,
  type Instance,
  instanceOn,
  maria,
  reason,
  type RegistryBench,
  restartPod,
  said,
} from './workbench.ts';

const RACERS = 20;
const ROUNDS = 4;

export function activationCases(bench: RegistryBench): void {
  describe('of many who activate at once', () => {
    it('one wins each round, the others hear of it, and everybody ends with the same set', async () => {
      const schema = bench.newSchema();
      const instances = await Promise.all([1, 2, 3, 4].map(() => instanceOn(bench, schema)));
      const [first] = instances as [Instance, ...Instance[]];
      await apply(first, restartPod(5));
      await apply(first, restartPod(7));
      let seen: { version: number; mode: Mode } = { version: 0, mode: Mode.UNSPECIFIED };
      for (let round = 0; round < ROUNDS; round += 1) {
        const results = await Promise.allSettled(
          Array.from({ length: RACERS }, (_, racer) => {
            const { rpc } = instances[racer % instances.length] as Instance;
            // Some want the same version in another mode: that is a choice as well.
            const wanted = activation(1 + (racer % 2), MODES[(round + racer) % MODES.length] as Mode, seen);
            return rpc.activateRunbook(wanted, callOf(`racer-${round}-${racer}`));
          }),
        );
        const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
        const changed = won.filter(({ runbook }) => !isSame(runbook, seen));
        const lost = results.flatMap((result) =>
          result.status === 'rejected' ? [result.reason as BelayError] : [],
        );
        expect(changed).toHaveLength(1);
        for (const error of lost) expect(error.code).toBe('ACTIVE_CHANGED');
        const { ref, mode } = changed[0]?.runbook ?? {};
        seen = { version: ref?.version ?? 0, mode: mode ?? Mode.UNSPECIFIED };
      }
      await Promise.all(instances.map(({ active }) => active.refresh()));
      const sets = instances.map(({ active }) => active.current().map(({ version }) => version));
      expect(sets).toEqual(instances.map(() => [seen.version]));
      const controls = await controlsOf(first);
      expect(controls).toHaveLength(ROUNDS);
      expect(controls.at(-1)).toMatchObject({
        value: { runbook: { version: seen.version }, mode: seen.mode },
      });
    }, 60_000);
  });

  describe('an activation', () => {
    const withTwo = async (): Promise<Instance> => {
      const one = await instanceOn(bench, bench.newSchema());
      await apply(one, restartPod(5));
      await apply(one, restartPod(7));
      return one;
    };

    it('is decided with at once, and heard of by the others, with who and why', async () => {
      const one = await withTwo();
      await one.rpc.activateRunbook(activation(2, Mode.SUGGEST), maria);
      expect(one.active.current()).toMatchObject([
        {
          ...{ name: 'restart-pod', version: 2, mode: 'suggest' },
          ...{ decisionMode: 'suggest', asksFor: 'auto_execute' },
        },
      ]);
      expect((await said(one)).slice(-3)).toMatchObject([
        {
          type: 'RunbookChanged',
          data: { change: 'activated', runbook: { version: 2 }, mode: Mode.SUGGEST },
        },
        { type: 'ControlSet', data: { key: 'runbook/restart-pod', reason, actor: { name: 'maria' } } },
        { type: 'CommandGiven', data: { subject: 'restart-pod@2', result: 'ok' } },
      ]);
      const { entries } = await one.rpc.getRunbookHistory({ name: 'restart-pod' }, maria);
      expect(entries.map(({ change, ref }) => `${ref?.version} ${change}`)).toEqual([
        '2 activated',
        '2 applied',
        '1 applied',
      ]);
      expect(entries[0]).toMatchObject({ mode: Mode.SUGGEST, actor: { name: 'maria' }, reason });
    });

    it('has the time at which it became as free as it is', async () => {
      const one = await withTwo();
      const times: (Date | undefined)[] = [];
      for (const mode of [Mode.OBSERVE, Mode.SUGGEST]) {
        const [active] = one.active.current();
        const seen = { version: active ? 2 : 0, mode: active ? Mode.OBSERVE : Mode.UNSPECIFIED };
        await one.rpc.activateRunbook(activation(2, mode, seen), maria);
        times.push((await one.registry.activatedAt()).get('restart-pod'));
      }
      await apply(one, restartPod(9));
      const [first, second] = times as [Date, Date];
      expect(second > first).toBe(true);
      expect(await one.registry.activatedAt()).toEqual(new Map([['restart-pod', second]]));
    });

    it('of what an incident could not choose between is refused, and names both', async () => {
      const one = await withTwo();
      await apply(one, restartPod(5, 'rival'));
      await one.rpc.activateRunbook(activation(1, Mode.OBSERVE), maria);
      const wanted = activation(1, Mode.OBSERVE, undefined, 'rival');
      const { runbook, problems } = await one.rpc.activateRunbook(wanted, maria);
      expect(runbook).toBeUndefined();
      expect(problems.length).toBeGreaterThan(0);
      expect(problems[0]).toMatchObject({ file: 'rival@1', code: 'equal_matches' });
      expect(problems[0]?.message).toContain('restart-pod (restart-pod@1:');
      expect(one.active.current()).toHaveLength(1);
      expect((await said(one)).at(-1)).toMatchObject({
        type: 'CommandGiven',
        data: { subject: 'rival@1', result: 'LINT_REFUSED' },
      });
    });

    it.each([
      ['a version that is not there', activation(9, Mode.OBSERVE), 'not_found', 'VERSION_NOT_FOUND'],
      [
        'a name that is not there',
        activation(1, Mode.OBSERVE, undefined, 'no'),
        'not_found',
        'RUNBOOK_NOT_FOUND',
      ],
      ['a mode that none has', activation(1, Mode.BLOCKED), 'invalid', 'MODE_MISSING'],
      [
        'what was not seen',
        activation(1, Mode.OBSERVE, { version: 2, mode: 6 }),
        'conflict',
        'ACTIVE_CHANGED',
      ],
    ])('of %s is refused', async (_, wanted, kind, code) => {
      const one = await withTwo();
      await expect(one.rpc.activateRunbook(wanted, maria)).rejects.toMatchObject({ kind, code });
      expect(one.active.current()).toEqual([]);
    });

    it('of more than the runbook asks for is refused', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      await apply(one, restartPod(5).replace('decisionMode: auto_execute', 'decisionMode: suggest'));
      await expect(one.rpc.activateRunbook(activation(1, Mode.AUTO_EXECUTE), maria)).rejects.toMatchObject({
        code: 'MODE_TOO_FREE',
        message: expect.stringContaining('asks for suggest'),
      });
    });

    it('ends with a deprecation, and what is active is not put away before', async () => {
      const one = await withTwo();
      await one.rpc.activateRunbook(activation(1, Mode.OBSERVE), maria);
      const name = { name: 'restart-pod', version: 0, reason };
      await expect(one.rpc.archiveRunbook(name, maria)).rejects.toMatchObject({ code: 'STILL_ACTIVE' });
      await one.rpc.deprecateRunbook(name, maria);
      expect(one.active.current()).toEqual([]);
      expect((await controlsOf(one)).at(-1)).toMatchObject({
        value: { lifted: true, runbook: { version: 1 } },
      });
      await expect(one.rpc.deprecateRunbook(name, maria)).rejects.toMatchObject({ code: 'NONE_ACTIVE' });
      expect((await one.rpc.archiveRunbook(name, maria)).runbooks).toHaveLength(2);
      await expect(one.rpc.activateRunbook(activation(1, Mode.OBSERVE), maria)).rejects.toMatchObject({
        code: 'VERSION_ARCHIVED',
      });
    });
  });
}

const MODES = [Mode.OBSERVE, Mode.SUGGEST, Mode.AUTO_EXECUTE, Mode.APPROVAL_REQUIRED];

const isSame = (
  runbook: { ref: { version: number } | undefined; mode: Mode } | undefined,
  seen: { version: number; mode: Mode },
): boolean => runbook?.ref?.version === seen.version && runbook.mode === seen.mode;

async function controlsOf(instance: Instance): Promise<NonNullable<ControlSet['setting']>[]> {
  const events = await said(instance);
  return events.flatMap((event) =>
    event.type === 'ControlSet' && event.data.setting?.$case === 'runbookActive' ? [event.data.setting] : [],
  );
}
