import { describe, expect, it } from 'vitest';
import { Mode } from '#gen/belay/v1/common.ts';
import { type ListRunbooksRequest, RunbookStatus } from '#gen/belay/v1/runbook_service.ts';
import { loadRunbookTexts } from '#lib/runbook/load-runbook.ts';
import { applyAtStart } from '../../../services/decision/handlers/registry/apply-at-start.ts';
import { versionReader } from '../../../services/decision/handlers/registry/version-reader.ts';
import { silentLogger } from '../../support/silent-logger.ts';
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
  START,
} from './workbench.ts';

export function contentCases(bench: RegistryBench): void {
  const start = (onStart: 'draft' | 'activate', { registry }: Instance, ...texts: readonly string[]) => {
    const loaded = loadRunbookTexts(texts.map((text, index) => ({ file: `${index}.yaml`, text })));
    const clock = { now: () => START } as never;
    return applyAtStart(loaded, { registry, read: versionReader(), clock, logger: silentLogger, onStart });
  };
  const statesOf = async ({ registry }: Instance) =>
    (await registry.versions()).map(({ name, version, status }) => `${name}@${version} ${status}`);

  describe('what is applied', () => {
    it('is a version for each content, in the order in which they came, and a draft', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      expect((await apply(one, restartPod(5))).outcomes).toEqual(['restart-pod@1 new']);
      expect((await apply(one, restartPod(7))).outcomes).toEqual(['restart-pod@2 new']);
      const respelt = `# reviewed again\n${restartPod(5)}`;
      expect((await apply(one, respelt)).outcomes).toEqual(['restart-pod@1 unchanged']);
      expect(await statesOf(one)).toEqual(['restart-pod@2 draft', 'restart-pod@1 draft']);
      const { source, versions } = await one.rpc.getRunbook({ name: 'restart-pod', version: 1 }, maria);
      expect(source).toBe(restartPod(5));
      expect(versions).toHaveLength(2);
      expect(one.active.current()).toEqual([]);
    });

    it('is all of the texts or, where one has an error, none', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      const bad = restartPod(5, 'other').replace('cooldownMinutes', 'cooldownMinute');
      const { outcomes, problems } = await apply(one, restartPod(5), bad);
      expect(outcomes).toEqual([]);
      expect(problems).toEqual([
        expect.objectContaining({ file: '2.yaml', code: 'unknown_field', severity: 'error' }),
      ]);
      expect(await statesOf(one)).toEqual([]);
    });

    it('is found by what it is for, of each name what runs or came last', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      const disk = restartPod(5, 'clear-disk')
        .replace(/symptoms: .*/, 'symptoms: [disk_full]')
        .replace(/probableCauses: .*/, 'probableCauses: []')
        .replace('owner: platform-team', 'owner: storage-team');
      await apply(one, restartPod(5), disk);
      await apply(one, restartPod(7));
      await one.rpc.activateRunbook(activation(1, Mode.OBSERVE), maria);
      const found = async (filter: Partial<ListRunbooksRequest>) => {
        const { runbooks } = await one.rpc.listRunbooks({ ...LIST, ...filter }, maria);
        return runbooks.map(({ ref }) => `${ref?.name}@${ref?.version}`);
      };
      expect(await found({})).toEqual(['clear-disk@1', 'restart-pod@1']);
      expect(await found({ owner: 'storage-team' })).toEqual(['clear-disk@1']);
      expect(await found({ trigger: 'disk_full' })).toEqual(['clear-disk@1']);
      expect(await found({ trigger: 'CrashLoopBackOff' })).toEqual(['restart-pod@1']);
      expect(await found({ type: 'scaling' })).toEqual([]);
      expect(await found({ status: RunbookStatus.DRAFT })).toEqual(['clear-disk@1', 'restart-pod@2']);
    });

    it('is shown with its text also where this version of Belay cannot read it', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      await apply(one, restartPod(5));
      const text = 'apiVersion: remediations.kubedojo.io/v0';
      await one.sql.db.updateTable('registry_version').set({ source: text }).execute();
      const later = await instanceOn(bench, one.sql.schema);
      expect((await later.rpc.listRunbooks(LIST, maria)).runbooks).toMatchObject([{ facts: undefined }]);
      expect((await later.rpc.getRunbook({ name: 'restart-pod', version: 1 }, maria)).source).toBe(text);
      await expect(later.rpc.activateRunbook(activation(1, Mode.OBSERVE), maria)).rejects.toMatchObject({
        code: 'RUNBOOK_UNREADABLE',
      });
    });

    it('is only told by a dry run', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      const texts = [{ file: 'r.yaml', text: restartPod(5) }];
      const told = await one.rpc.applyRunbooks({ texts, dryRun: true, reason: '' }, maria);
      expect(told.runbooks).toMatchObject([{ file: 'r.yaml', ref: { name: 'restart-pod', version: 1 } }]);
      expect([await statesOf(one), await said(one)]).toEqual([[], []]);
    });

    it('is numbered once when many apply at the same time', async () => {
      const schema = bench.newSchema();
      const instances = await Promise.all([1, 2, 3].map(() => instanceOn(bench, schema)));
      await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          apply(instances[index % 3] as Instance, restartPod(1 + (index % 4))),
        ),
      );
      expect((await statesOf(instances[0] as Instance)).toSorted()).toEqual(
        [1, 2, 3, 4].map((version) => `restart-pod@${version} draft`),
      );
    });
  });

  describe('a start', () => {
    it('of two instances at once leaves one version, active once', async () => {
      const schema = bench.newSchema();
      const both = await Promise.all([instanceOn(bench, schema), instanceOn(bench, schema)]);
      await Promise.all(both.map((instance) => start('activate', instance, restartPod(5))));
      expect(await statesOf(both[0])).toEqual(['restart-pod@1 active']);
      const controls = (await said(both[0])).filter(({ type }) => type === 'ControlSet');
      expect(controls).toHaveLength(1);
      await both[1].active.refresh();
      expect(both[1].active.current()).toMatchObject([
        { name: 'restart-pod', version: 1, mode: 'auto_execute', decisionMode: 'auto_execute' },
      ]);
    });

    it('makes drafts on real targets, however often it happens', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      for (let count = 0; count < 2; count += 1) await start('draft', one, restartPod(5));
      expect(await statesOf(one)).toEqual(['restart-pod@1 draft']);
      expect((await said(one)).map(({ type }) => type)).toEqual(['RunbookChanged']);
    });

    it('follows its files as long as nobody has chosen, also back', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      for (const cooldown of [5, 7, 5]) await start('activate', one, restartPod(cooldown));
      expect(await statesOf(one)).toEqual(['restart-pod@2 deprecated', 'restart-pod@1 active']);
    });

    it('does not overturn what somebody has chosen, and a file that is gone changes nothing', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      await start('activate', one, restartPod(5));
      const seen = { version: 1, mode: Mode.AUTO_EXECUTE };
      await one.rpc.activateRunbook(activation(1, Mode.OBSERVE, seen), callOf('oncall'));
      await start('activate', one, restartPod(7));
      await start('activate', one);
      await one.active.refresh();
      expect(await statesOf(one)).toEqual(['restart-pod@2 draft', 'restart-pod@1 active']);
      expect(one.active.current()).toMatchObject([
        { version: 1, mode: 'observe', decisionMode: 'observe', asksFor: 'auto_execute' },
      ]);
    });

    it('does not bring back what was archived', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      await start('activate', one, restartPod(5));
      await one.rpc.deprecateRunbook({ name: 'restart-pod', version: 0, reason }, maria);
      await one.rpc.archiveRunbook({ name: 'restart-pod', version: 0, reason }, maria);
      await start('activate', one, restartPod(5));
      expect(await statesOf(one)).toEqual(['restart-pod@1 archived']);
      expect((await one.rpc.listRunbooks(LIST, maria)).runbooks).toEqual([]);
      const archived = { ...LIST, status: RunbookStatus.ARCHIVED };
      expect((await one.rpc.listRunbooks(archived, maria)).runbooks).toHaveLength(1);
      expect((await apply(one, restartPod(5))).outcomes).toEqual(['restart-pod@1 restored']);
    });

    it('activates nothing beside what it could not be told apart from', async () => {
      const one = await instanceOn(bench, bench.newSchema());
      await start('activate', one, restartPod(5));
      await start('activate', one, restartPod(5, 'rival'));
      expect(await statesOf(one)).toEqual(['restart-pod@1 active', 'rival@1 draft']);
    });
  });
}

const LIST: ListRunbooksRequest = {
  type: '',
  tag: '',
  owner: '',
  trigger: '',
  status: RunbookStatus.UNSPECIFIED,
};
